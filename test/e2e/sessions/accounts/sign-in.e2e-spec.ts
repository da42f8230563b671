import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { cookieOf, PASSWORD, Visitors } from '../visitors.js';

const FAILURES_PER_ACCOUNT = 3;
const FAILURES_PER_ADDRESS = 5;
const GUESSES_TIMED = 11;

describe('signing in', () => {
  let app: TestApp;
  let behindProxy: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({
      settings: { SESSIONS_PER_ACCOUNT: '2', SIGN_IN_FAILURES_PER_ACCOUNT: `${FAILURES_PER_ACCOUNT}` },
    });
    behindProxy = await app.startNode({
      COOKIE_SECURE: 'true',
      TRUST_PROXY: '1',
      SIGN_IN_FAILURES_PER_ACCOUNT: `${GUESSES_TIMED}`,
      SIGN_IN_FAILURES_PER_ADDRESS: `${FAILURES_PER_ADDRESS}`,
    });
    visitors = new Visitors(app);
  });
  afterAll(async () => {
    await behindProxy.close();
    await app.close();
  });

  const guess = (username: string) => visitors.attempt(username, 'not this one');
  const fromAddress = (address: string, username: string, password = 'not this one') =>
    new Visitors(behindProxy)
      .attempt(username, password)
      .set('x-forwarded-for', address)
      .set('x-forwarded-proto', 'https');

  it('answers with a cookie that scripts and other sites cannot use', async () => {
    const { headers } = await visitors.attempt(await visitors.newAccount()).expect(201);
    expect(headers['set-cookie']?.[0]).toMatch(/^sid=s%3A.+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('says why it cannot over plain HTTP when the cookie needs HTTPS', async () => {
    const username = await visitors.newAccount();
    const plain = await new Visitors(behindProxy).attempt(username);
    const proxied = await fromAddress('192.0.2.1', username, PASSWORD);
    expect(plain.body).toMatchObject({ status: 403, code: 'E_INSECURE_CONNECTION' });
    expect(proxied.headers['set-cookie']?.[0]).toMatch(
      /^__Host-sid=.+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('never adopts an id that came with the request', async () => {
    const planted = await visitors.newVisit();
    const { headers } = await visitors
      .attempt(planted.session.username)
      .set('cookie', planted.cookie)
      .expect(201);
    expect(cookieOf(headers)).not.toBe(planted.cookie);
    expect(await visitors.isSignedIn(planted)).toBe(false);
    expect(await visitors.isSignedIn({ cookie: cookieOf(headers) })).toBe(true);
  });

  it('answers control characters in a name with 422', async () => {
    const { body } = await visitors.attempt('nul\u0000name').expect(422);
    expect(body.errors[0].field).toBe('username');
  });

  it('is refused from another site', async () => {
    const attempt = () => request(app.url).post('/api/sessions').send({ username: 'ada', password: 'x' });
    await attempt().set('sec-fetch-site', 'cross-site').expect(403);
    await attempt().set('origin', 'https://elsewhere.example').expect(403);
    const { status } = await attempt().set('origin', app.url);
    expect(status).toBe(401);
  });

  it('ends the oldest session of an account that has too many', async () => {
    const oldest = await visitors.newVisit();
    const [second, third] = [
      await visitors.signIn(oldest.session.username),
      await visitors.signIn(oldest.session.username),
    ];
    expect(await visitors.isSignedIn(oldest)).toBe(false);
    expect(await visitors.isSignedIn(second)).toBe(true);
    expect(await visitors.isSignedIn(third)).toBe(true);
  });

  it('counts a session that a new sign-in replaced no longer', async () => {
    const first = await visitors.newVisit();
    const second = await visitors.signIn(first.session.username);
    await visitors.attempt(first.session.username).set('cookie', second.cookie).expect(201);
    expect(await visitors.isSignedIn(first)).toBe(true);
  });

  describe('with a wrong password', () => {
    it('is answered like an unknown name, after the same work', async () => {
      const username = await visitors.newAccount();
      const took: Record<'wrong' | 'unknown', number[]> = { wrong: [], unknown: [] };
      const answers = new Set<string>();
      for (let i = 0; i < GUESSES_TIMED; i++) {
        for (const [what, name] of [
          ['wrong', username] as const,
          ['unknown', 'nobody-of-this-name'] as const,
        ]) {
          const startedAt = performance.now();
          const { text, status, headers } = await fromAddress(`198.51.100.${i}`, name);
          took[what].push(performance.now() - startedAt);
          answers.add(JSON.stringify([text, status, headers['set-cookie']]));
        }
      }
      expect(answers.size).toBe(1);
      // Hashing is nearly all of the time, so without it one would be many times the other.
      const ratio = median(took.wrong) / median(took.unknown);
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    });

    it('is refused after too many failures of the account, which says for how long', async () => {
      const username = await visitors.newAccount();
      for (let i = 0; i < FAILURES_PER_ACCOUNT; i++) await guess(username).expect(401);
      const { body, headers } = await visitors.attempt(username).expect(429);
      expect(body.code).toBe('E_TOO_MANY_FAILURES');
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    });

    it('is let through at once no more often than one after the other', async () => {
      const username = await visitors.newAccount();
      const guesses = await Promise.all(Array.from({ length: 30 }, () => guess(username)));
      const count = (wanted: number) => guesses.filter(({ status }) => status === wanted).length;
      expect([count(401), count(429)]).toEqual([FAILURES_PER_ACCOUNT, 30 - FAILURES_PER_ACCOUNT]);
    });

    it.each([
      ['an address', ['203.0.113.7', '203.0.113.7'], '203.0.113.8'],
      ['an IPv6 network of /64', ['2001:db8::1', '2001:db8::2'], '2001:db8:0:1::1'],
    ])(
      'is refused after too many failures from %s, and locks no account then',
      async (_what, from, other) => {
        const victim = await visitors.newAccount();
        const [first = '', last = ''] = from;
        for (let i = 0; i < FAILURES_PER_ADDRESS; i++) await fromAddress(first, `nobody-${i}`).expect(401);
        for (let i = 0; i < 2 * GUESSES_TIMED; i++) await fromAddress(last, victim).expect(429);
        const { status } = await fromAddress(other, victim, PASSWORD);
        expect(status).toBe(201);
      },
    );

    it('is not verified while the engine is away, which could not count it; no cookie is set', async () => {
      const [visit, username] = [await visitors.newVisit(), await visitors.newAccount()];
      app.engine.pause();
      const right = await visitors.attempt(username).expect(503);
      const wrong = await guess(username).expect(503);
      await guess(username).set('cookie', visit.cookie).expect(503);
      app.engine.resume();
      expect(right.headers['set-cookie']).toBeUndefined();
      // `detail` is the state of the connection at that moment, which changes while the engine is paused.
      const { detail: _, ...answer } = right.body;
      expect(answer).toMatchObject({ status: 503, code: 'E_ENGINE_UNAVAILABLE' });
      expect(wrong.body).toMatchObject(answer);
      await until(async () => (await visitors.current(visit)).status === 200);
    });
  });

  it('is no failure of the account while the database is away', async () => {
    const username = await visitors.newAccount();
    await queryDatabase(app.databaseUrl, 'ALTER TABLE accounts RENAME TO accounts_away');
    for (let i = 0; i <= FAILURES_PER_ACCOUNT; i++) await visitors.attempt(username).expect(503);
    await queryDatabase(app.databaseUrl, 'ALTER TABLE accounts_away RENAME TO accounts');
    const { status } = await visitors.attempt(username);
    expect(status).toBe(201);
  });
});

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
