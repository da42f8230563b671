import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { cookieOf, PASSWORD, Visitors } from '../visitors.js';

describe('POST /api/sessions', () => {
  let app: TestApp;
  let behindProxy: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ settings: { SESSIONS_PER_ACCOUNT: '2' } });
    behindProxy = await app.startNode({ COOKIE_SECURE: 'true', TRUST_PROXY: '1' });
    visitors = new Visitors(app);
  });
  afterAll(async () => {
    await behindProxy.close();
    await app.close();
  });

  const remember = (username: string) =>
    request(app.url).post('/api/sessions').send({ username, password: PASSWORD, remember: true });

  it('sets a cookie that scripts and other sites cannot use', async () => {
    const { headers } = await visitors.attempt(await visitors.newAccount()).expect(201);
    expect(headers['set-cookie']?.[0]).toMatch(/^sid=s%3A.+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('remembers the visitor for 90 days, 14 without a request, if asked', async () => {
    const username = await visitors.newAccount();
    const { headers, body } = await remember(username).expect(201);
    expect(headers['set-cookie']?.[0]).toMatch(
      /^sid=s%3A.+; Path=\/; Expires=.+ GMT; HttpOnly; SameSite=Lax$/,
    );
    const days = (text: string) => (Date.parse(text) - Date.parse(body.createdAt)) / 86_400_000;
    const [, expires = ''] = /Expires=([^;]+)/.exec(headers['set-cookie']?.[0] ?? '') ?? [];
    expect([days(body.idleExpiresAt), days(body.absoluteExpiresAt)]).toEqual([14, 90]);
    expect(days(expires)).toBeCloseTo(90, 2);
  });

  it('sets no cookie of a remembered visitor again, except for a new id, which keeps both lifetimes', async () => {
    const { headers } = await remember(await visitors.newAccount()).expect(201);
    const visit = { cookie: cookieOf(headers) };
    const changed = await visitors.patch(visit, { theme: 'dark' }).expect(200);
    expect(changed.headers['set-cookie']).toBeUndefined();
    const confirmed = await visitors.confirm(visit).expect(204);
    expect(confirmed.headers['set-cookie']?.[0]).toMatch(/; Expires=.+ GMT;/);
    const { body } = await visitors.current({ cookie: cookieOf(confirmed.headers) }).expect(200);
    expect(Date.parse(body.absoluteExpiresAt) - Date.parse(body.createdAt)).toBe(90 * 86_400_000);
  });

  it('names the device by the User-Agent if no name is given', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const username = await visitors.newAccount();
    const { body } = await request(app.url)
      .post('/api/sessions')
      .set('user-agent', firefox)
      .send({ username, password: PASSWORD })
      .expect(201);
    expect(body.device).toBe('Firefox on Linux');
  });

  it('answers 403 with the reason over plain HTTP when the cookie requires HTTPS', async () => {
    const username = await visitors.newAccount();
    const plain = await new Visitors(behindProxy).attempt(username);
    const proxied = await new Visitors(behindProxy).attempt(username).set('x-forwarded-proto', 'https');
    expect(plain.body).toMatchObject({ status: 403, code: 'E_INSECURE_CONNECTION' });
    expect(proxied.headers['set-cookie']?.[0]).toMatch(
      /^__Host-sid=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('never adopts a session id that came with the request', async () => {
    const planted = await visitors.newVisit();
    const { headers } = await visitors
      .attempt(planted.session.username)
      .set('cookie', planted.cookie)
      .expect(201);
    expect(cookieOf(headers)).not.toBe(planted.cookie);
    expect(await visitors.isSignedIn(planted)).toBe(false);
    expect(await visitors.isSignedIn({ cookie: cookieOf(headers) })).toBe(true);
  });

  it('rejects control characters in a name with 422', async () => {
    const { body } = await visitors.attempt('nul\u0000name').expect(422);
    expect(body.errors[0].field).toBe('username');
  });

  it('answers 403 to another site', async () => {
    const attempt = () => request(app.url).post('/api/sessions').send({ username: 'ada', password: 'x' });
    await attempt().set('sec-fetch-site', 'cross-site').expect(403);
    await attempt().set('origin', 'https://elsewhere.example').expect(403);
    const { status } = await attempt().set('origin', app.url);
    expect(status).toBe(401);
  });

  it('ends the oldest session of an account with more than SESSIONS_PER_ACCOUNT', async () => {
    const oldest = await visitors.newVisit();
    const [second, third] = [
      await visitors.signIn(oldest.session.username),
      await visitors.signIn(oldest.session.username),
    ];
    expect(await visitors.isSignedIn(oldest)).toBe(false);
    expect(await visitors.isSignedIn(second)).toBe(true);
    expect(await visitors.isSignedIn(third)).toBe(true);
  });

  it('does not count the session that it replaces', async () => {
    const first = await visitors.newVisit();
    const second = await visitors.signIn(first.session.username);
    await visitors.attempt(first.session.username).set('cookie', second.cookie).expect(201);
    expect(await visitors.isSignedIn(first)).toBe(true);
  });
});
