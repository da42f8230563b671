import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { PASSWORD, Visitors } from '../visitors.js';

const FAILURES_PER_ACCOUNT = 3;
const FAILURES_PER_ADDRESS = 5;
const GUESSES_TIMED = 11;

describe('POST /api/sessions with a wrong password', () => {
  let app: TestApp;
  let behindProxy: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({
      settings: { SIGN_IN_FAILURES_PER_ACCOUNT: `${FAILURES_PER_ACCOUNT}` },
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

  it('gets the same response as an unknown name, after the same work', async () => {
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
    // Hashing takes nearly all of the time, so without it one would be many times faster.
    const ratio = median(took.wrong) / median(took.unknown);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('answers 429 with Retry-After after too many failures of the account', async () => {
    const username = await visitors.newAccount();
    for (let i = 0; i < FAILURES_PER_ACCOUNT; i++) await guess(username).expect(401);
    const { body, headers } = await visitors.attempt(username).expect(429);
    expect(body.code).toBe('E_TOO_MANY_FAILURES');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('verifies no more concurrent guesses than sequential ones', async () => {
    const username = await visitors.newAccount();
    const guesses = await Promise.all(Array.from({ length: 30 }, () => guess(username)));
    const count = (wanted: number) => guesses.filter(({ status }) => status === wanted).length;
    expect([count(401), count(429)]).toEqual([FAILURES_PER_ACCOUNT, 30 - FAILURES_PER_ACCOUNT]);
  });

  it.each([
    ['an address', ['203.0.113.7', '203.0.113.7'], '203.0.113.8'],
    ['an IPv6 network of /64', ['2001:db8::1', '2001:db8::2'], '2001:db8:0:1::1'],
  ])(
    'answers 429 after too many failures from %s, without locking the accounts',
    async (_what, from, other) => {
      const victim = await visitors.newAccount();
      const [first = '', last = ''] = from;
      for (let i = 0; i < FAILURES_PER_ADDRESS; i++) await fromAddress(first, `nobody-${i}`).expect(401);
      for (let i = 0; i < 2 * GUESSES_TIMED; i++) await fromAddress(last, victim).expect(429);
      const { status } = await fromAddress(other, victim, PASSWORD);
      expect(status).toBe(201);
    },
  );

  it('answers 503 without a cookie while the engine is down, since the guess could not be counted', async () => {
    const [visit, username] = [await visitors.newVisit(), await visitors.newAccount()];
    app.engine.pause();
    const right = await visitors.attempt(username).expect(503);
    const wrong = await guess(username).expect(503);
    await guess(username).set('cookie', visit.cookie).expect(503);
    app.engine.resume();
    expect(right.headers['set-cookie']).toBeUndefined();
    // `detail` is the state of the connection, which changes while the engine is paused.
    const { detail: _, ...answer } = right.body;
    expect(answer).toMatchObject({ status: 503, code: 'E_ENGINE_UNAVAILABLE' });
    expect(wrong.body).toMatchObject(answer);
    await until(async () => (await visitors.current(visit)).status === 200);
  });

  it('does not count as a failure while the database is down', async () => {
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
