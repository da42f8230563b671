import type { SessionData } from 'express-session';
import { createClient } from 'redis';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { SessionsStore } from '../../../src/sessions/sessions.store.js';
import { installed, startApp, type TestApp } from '../../support/app.js';
import { until } from '../../support/until.js';

const PASSWORD = 'a passphrase for tests';

describe.each(installed('redis', 'valkey'))('sessions on %s', (kind) => {
  let app: TestApp;
  let nextName = 1;
  beforeAll(async () => {
    app = await startApp({
      engine: kind,
      settings: { SESSIONS_PER_ACCOUNT: '2', SIGN_IN_FAILURES_PER_ACCOUNT: '3' },
    });
  });
  afterAll(() => app.close());

  const api = (url = app.url) => request(url);
  const current = (cookie: string, url = app.url) =>
    api(url).get('/api/sessions/current').set('cookie', cookie);
  const signIn = (username: string, password = PASSWORD) =>
    api().post('/api/sessions').send({ username, password, device: 'test' });

  async function newAccount(): Promise<string> {
    const username = `visitor-${nextName++}`;
    await api().post('/api/accounts').send({ username, password: PASSWORD }).expect(201);
    return username;
  }

  async function signedIn(username: string): Promise<string> {
    return cookieOf(await signIn(username).expect(201));
  }

  describe('POST /api/accounts', () => {
    it('refuses a name that is taken', async () => {
      const username = await newAccount();
      const { body } = await api().post('/api/accounts').send({ username, password: PASSWORD }).expect(409);
      expect(body).toMatchObject({ code: 'E_USERNAME_TAKEN', status: 409 });
    });

    it('names the fields that are wrong', async () => {
      const { body } = await api()
        .post('/api/accounts')
        .send({ username: 'x', password: 'short' })
        .expect(422);
      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['username', 'password']);
    });
  });

  describe('POST /api/sessions', () => {
    it('answers with a cookie that scripts and other sites cannot use', async () => {
      const response = await signIn(await newAccount()).expect(201);
      expect(response.headers['set-cookie']?.[0]).toMatch(
        /^sid=s%3A.+; Path=\/; Expires=.+; HttpOnly; SameSite=Lax$/,
      );
      expect(response.headers['cache-control']).toBe('no-store');
    });

    it('never adopts an id that came with the request', async () => {
      const username = await newAccount();
      const planted = await signedIn(username);
      const again = cookieOf(await signIn(username).set('cookie', planted).expect(201));
      expect(again).not.toBe(planted);
      await current(planted).expect(401);
      const { status } = await current(again);
      expect(status).toBe(200);
    });

    it('answers a wrong password and an unknown name alike', async () => {
      const wrong = await signIn(await newAccount(), 'not this one').expect(401);
      const unknown = await signIn('nobody-of-this-name').expect(401);
      expect(wrong.body).toEqual(unknown.body);
      expect(wrong.headers['set-cookie']).toBeUndefined();
    });

    it('says why it cannot sign in over plain HTTP when the cookie needs HTTPS', async () => {
      const node = await app.startNode({ COOKIE_SECURE: 'true', TRUST_PROXY: 'true' });
      const body = { username: await newAccount(), password: PASSWORD };
      const plain = await api(node.url).post('/api/sessions').send(body);
      const proxied = await api(node.url).post('/api/sessions').set('x-forwarded-proto', 'https').send(body);
      await node.close();
      expect(plain.body).toMatchObject({ status: 403, code: 'E_INSECURE_CONNECTION' });
      expect(proxied.headers['set-cookie']?.[0]).toMatch(
        /^__Host-sid=.+; Path=\/; Expires=.+; HttpOnly; Secure; SameSite=Lax$/,
      );
    });

    it('refuses further tries after too many failures, and says for how long', async () => {
      const username = await newAccount();
      for (let i = 0; i < 3; i++) await signIn(username, 'not this one').expect(401);
      const { body, headers } = await signIn(username).expect(429);
      expect(body.code).toBe('E_TOO_MANY_FAILURES');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    });

    it('lets no more guesses through at once than one after the other', async () => {
      const username = await newAccount();
      const guesses = await Promise.all(Array.from({ length: 30 }, () => signIn(username, 'not this one')));
      const count = (wanted: number) => guesses.filter(({ status }) => status === wanted).length;
      expect([count(401), count(429)]).toEqual([3, 27]);
    });

    it('answers control characters in a name with 422', async () => {
      const { body } = await signIn('nul\u0000name').expect(422);
      expect(body.errors[0].field).toBe('username');
    });

    it('is refused from another site', async () => {
      const body = { username: await newAccount(), password: PASSWORD };
      await api().post('/api/sessions').set('sec-fetch-site', 'cross-site').send(body).expect(403);
      await api().post('/api/sessions').set('origin', 'https://elsewhere.example').send(body).expect(403);
      const { status } = await api().post('/api/sessions').set('origin', app.url).send(body);
      expect(status).toBe(201);
    });

    it('counts a session that a new sign-in replaced no longer', async () => {
      const username = await newAccount();
      const [first, second] = [await signedIn(username), await signedIn(username)];
      await signIn(username).set('cookie', second).expect(201);
      const { status } = await current(first);
      expect(status).toBe(200);
    });

    it('ends the oldest session of an account that has too many', async () => {
      const username = await newAccount();
      const [oldest, second, third] = [
        await signedIn(username),
        await signedIn(username),
        await signedIn(username),
      ];
      await current(oldest).expect(401);
      await current(second).expect(200);
      const { status } = await current(third);
      expect(status).toBe(200);
    });
  });

  describe('GET /api/sessions/current', () => {
    it('says who is signed in, and until when', async () => {
      const username = await newAccount();
      const { body } = await current(await signedIn(username)).expect(200);
      expect(body).toMatchObject({ username, device: 'test', data: {} });
      expect(Date.parse(body.idleExpiresAt) - Date.parse(body.lastSeenAt)).toBeLessThanOrEqual(1_801_000);
      expect(Date.parse(body.absoluteExpiresAt) - Date.parse(body.createdAt)).toBe(43_200_000);
    });

    it('answers on every node', async () => {
      const cookie = await signedIn(await newAccount());
      const other = await app.startNode();
      const { status } = await current(cookie, other.url);
      await other.close();
      expect(status).toBe(200);
    });

    it.each(['', 'sid=forged', 'sid=s%3Aforged.signature', 'sid=%00'])(
      'answers 401 for the cookie %j',
      async (cookie) => {
        const { body } = await current(cookie).expect(401);
        expect(body.code).toBe('E_NO_SESSION');
      },
    );
  });

  it('ends for good when its absolute lifetime is over, however busy', async () => {
    const node = await app.startNode({ SESSION_ABSOLUTE_SECONDS: '2' });
    const body = { username: await newAccount(), password: PASSWORD };
    const cookie = cookieOf(await api(node.url).post('/api/sessions').send(body).expect(201));
    await current(cookie, node.url).expect(200);
    await until(async () => (await current(cookie, node.url)).status === 401);
    const again = await api(node.url).post('/api/sessions').set('cookie', cookie).send(body);
    await node.close();
    expect(again.status).toBe(201);
    await current(cookie).expect(401);
  });

  describe('DELETE /api/sessions/current', () => {
    it('signs out for good', async () => {
      const cookie = await signedIn(await newAccount());
      const { headers } = await api().delete('/api/sessions/current').set('cookie', cookie).expect(204);
      expect(headers['set-cookie']?.[0]).toMatch(/^sid=; Path=\/; Expires=Thu, 01 Jan 1970/);
      const { status } = await current(cookie);
      expect(status).toBe(401);
    });
  });

  it('is not brought back by a request that was in flight when it ended', async () => {
    const engine = new RedisEngine(parseEngineUrl(app.engine.url), 300);
    engine.start();
    await until(() => engine.isReady);
    const store = new SessionsStore({
      engine,
      keyPrefix: 'in-flight',
      secrets: [],
      sealingKeys: [Buffer.alloc(32, 1).toString('base64')],
      idleSeconds: 60,
      absoluteSeconds: 60,
      perAccount: 10,
      cookieSecure: false,
    });
    const session = { cookie: { originalMaxAge: null } } as SessionData;
    store.beginning('id');
    await store.set('id', session);
    expect(await store.get('id')).toEqual(session);
    await store.destroy('id');
    await store.set('id', session);
    const found: unknown = await store.get('id');
    engine.close();
    expect(found).toBeNull();
  });

  it('keeps ids hashed and payloads sealed in the engine', async () => {
    const username = await newAccount();
    const id =
      decodeURIComponent(await signedIn(username))
        .replace(/^sid=s:/, '')
        .split('.')[0] ?? '';
    const client = createClient({ url: app.engine.url.replace(/^valkey/, 'redis') });
    await client.connect();
    const stored: string[] = [];
    for await (const keys of client.scanIterator({ MATCH: 'caching:session:*' })) {
      for (const key of keys) stored.push(key, (await client.get(key)) ?? '');
    }
    client.destroy();
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.join('\n')).not.toMatch(new RegExp(`${escapeRegExp(id)}|${username}`));
  });

  it('answers 503 while the engine is away: nobody is signed out, nobody gets a cookie, public routes go on', async () => {
    const username = await newAccount();
    const cookie = await signedIn(username);
    app.engine.pause();
    const session = await current(cookie).expect(503);
    expect(session.headers['retry-after']).toBe('1');
    expect(session.body.code).toBe('E_ENGINE_UNAVAILABLE');
    const attempt = await signIn(username).expect(503);
    expect(attempt.headers['set-cookie']).toBeUndefined();
    await api().get('/api/flights/1').set('cookie', cookie).expect(200);
    app.engine.resume();
    await until(async () => (await current(cookie)).status === 200);
  });
});

function cookieOf({ headers }: { headers: Record<string, unknown> }): string {
  const [cookie = ''] = headers['set-cookie'] as string[];
  return cookie.split(';')[0] ?? '';
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
