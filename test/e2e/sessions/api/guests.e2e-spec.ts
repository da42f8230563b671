import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { cookieOf, keyOf, type Visit, Visitors } from '../visitors.js';
import { until } from '../../../support/until.js';

type Guest = Pick<Visit, 'cookie'>;

const GUESTS = 5;
const RUNS = Math.max(6, rounds(25));

describe('guests', () => {
  let app: TestApp;
  let other: TestNode;
  let nodes: [Visitors, Visitors];
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    other = await app.startNode({ GUESTS_PER_ADDRESS: `${GUESTS}` });
    visitors = new Visitors(app);
    nodes = [visitors, new Visitors(other)];
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const signIn = (guest: Guest, username: string, node = visitors) =>
    node.attempt(username).set('cookie', guest.cookie);
  const engine = () => app.engine as LocalEngine;

  it('get a session with their first write, on all nodes', async () => {
    const { headers } = await visitors.patch({ cookie: '' }, { words: ['new'] }).expect(200);
    expect(headers['set-cookie']?.[0]).toMatch(/^sid=s%3A.+; Path=\/; HttpOnly; SameSite=Lax$/);
    const guest = { cookie: cookieOf(headers) };
    const second = await nodes[1].patch(guest, { theme: 'dark' }).expect(200);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect((await visitors.data(guest)).body).toEqual({ data: { words: ['new'], theme: 'dark' } });
    expect((await visitors.current(guest)).status).toBe(401);
  });

  it('get no session for reading, and none for a patch that stores nothing', async () => {
    const answers = [await visitors.data({ cookie: '' }), await visitors.patch({ cookie: '' }, { a: null })];
    for (const { status, body, headers } of answers) {
      expect([status, body, headers['set-cookie']]).toEqual([200, { data: {} }, undefined]);
    }
  });

  it('store at most 1 KB, for 15 minutes without a request', async () => {
    const refused = await visitors.patch({ cookie: '' }, { large: 'x'.repeat(1_100) }).expect(413);
    expect([refused.body.code, refused.headers['set-cookie']]).toEqual(['E_TOO_LARGE', undefined]);
    const guest = await visitors.newGuest({ theme: 'dark' });
    await visitors.patch(guest, { large: 'x'.repeat(1_100) }).expect(413);
    const leftMs = Number(await engine().command('PTTL', keyOf(guest)));
    expect(leftMs).toBeGreaterThan(890_000);
    expect(leftMs).toBeLessThanOrEqual(900_000);
  });

  it('move their data into the session of their sign-in, which ends their own', async () => {
    const guest = await visitors.newGuest({ words: ['new'], theme: 'dark' });
    const { headers, body } = await signIn(guest, await visitors.newAccount()).expect(201);
    const visit = { cookie: cookieOf(headers) };
    expect(visit.cookie).not.toBe(guest.cookie);
    expect(body.data).toEqual({ words: ['new'], theme: 'dark' });
    expect((await visitors.current(visit)).body.data).toEqual(body.data);
    expect((await visitors.data(guest)).body).toEqual({ data: {} });
    await visitors.patch(visit, { large: 'x'.repeat(2_000) }).expect(200);
    await visitors.end(visit).expect(204);
    expect((await visitors.data(visit)).body).toEqual({ data: {} });
  });

  it('keep their session when a sign-in is refused', async () => {
    const guest = await visitors.newGuest({ theme: 'dark' });
    await visitors
      .attempt(await visitors.newAccount(), 'another passphrase')
      .set('cookie', guest.cookie)
      .expect(401);
    expect((await visitors.data(guest)).body).toEqual({ data: { theme: 'dark' } });
  });

  it('start no second session by a request with the cookie from before their sign-in', async () => {
    const guest = await visitors.newGuest({ theme: 'dark' });
    await signIn(guest, await visitors.newAccount()).expect(201);
    for (const node of nodes) {
      const { body, headers } = await node.patch(guest, { theme: 'light' }).expect(401);
      expect([body.code, headers['set-cookie']]).toEqual(['E_NO_SESSION', undefined]);
    }
  });

  it('get a new session when theirs has expired', async () => {
    const guest = await visitors.newGuest({ theme: 'dark' });
    await engine().command('DEL', keyOf(guest));
    const { body, headers } = await visitors.patch(guest, { words: [] }).expect(200);
    expect(body).toEqual({ data: { words: [] } });
    expect(cookieOf(headers)).not.toBe(guest.cookie);
  });

  it('give their data to no second account', async () => {
    const guest = await visitors.newGuest({ theme: 'dark' });
    await signIn(guest, await visitors.newAccount()).expect(201);
    const { body } = await signIn(guest, await visitors.newAccount()).expect(201);
    expect(body.data).toEqual({});
  });

  it(
    `lose nothing, double nothing and show no other account anything when two tabs sign in at once while they change their data, ${RUNS} times`,
    { timeout: 120_000 },
    async () => {
      const [ada, grace] = [await visitors.newAccount(), await visitors.newAccount()];
      const counts = { runs: 0, sameAccount: 0, written: 0, refused: 0 };
      const property = fc.asyncProperty(
        fc.boolean(),
        fc.tuple(fc.nat(6), fc.nat(6)),
        async (isSameAccount, writesBefore) => {
          const guest = await visitors.newGuest({ start: true });
          const expected: Record<string, unknown> = { start: true };
          const accounts = [ada, isSameAccount ? ada : grace];
          /** Writes until that is refused. Begins to sign in after some writes. */
          const useTab = async (tab: 0 | 1) => {
            let signedIn: Promise<{ headers: Record<string, unknown> }> | undefined;
            for (let i = 0; ; i++) {
              if (i === writesBefore[tab])
                signedIn = signIn(guest, accounts[tab] ?? '', nodes[tab])
                  .expect(201)
                  .then((response) => response);
              const name = `tab${tab}-${i % 3}`;
              const { status, headers } = await nodes[tab].patch(guest, { [name]: i });
              expect(headers['set-cookie']).toBeUndefined();
              if (status === 401 && signedIn) return { cookie: cookieOf((await signedIn).headers) };
              expect([200, 401]).toContain(status);
              if (status === 401) counts.refused++;
              if (status === 200) expected[name] = i;
              counts.written++;
            }
          };
          const visits = await Promise.all([useTab(0), useTab(1)]);
          const read = async (visit: Guest) =>
            (await visitors.current(visit).expect(200)).body.data as object;
          const [one = {}, two = {}] = await Promise.all(visits.map(read));
          const [full, rest] = Object.keys(one).length > 0 ? [one, two] : [two, one];
          expect(full).toEqual(expected);
          expect(rest).toEqual(isSameAccount ? expected : {});
          expect((await visitors.data(guest)).body).toEqual({ data: {} });
          counts.runs++;
          if (isSameAccount) counts.sameAccount++;
          await Promise.all(visits.map((visit) => visitors.end(visit)));
        },
      );
      // One run for each case, whatever the seed is.
      const examples: [boolean, [number, number]][] = [true, false].map((isSameAccount) => [
        isSameAccount,
        [1, 1],
      ]);
      await fc.assert(property, { numRuns: RUNS, examples });
      console.info(`two tabs that sign in at once: ${JSON.stringify(counts)}`);
      expect(counts.sameAccount).toBeGreaterThan(0);
      expect(counts.runs - counts.sameAccount).toBeGreaterThan(0);
    },
  );

  it('start at most GUESTS_PER_ADDRESS sessions in an hour, also at once, and change them afterwards', async () => {
    await engine().command(
      'EVAL',
      `for _, key in ipairs(redis.call('KEYS', 'caching:guests:*')) do redis.call('DEL', key) end`,
      '0',
    );
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => nodes[1].patch({ cookie: '' }, { theme: 'dark' })),
    );
    const [admitted, refused] = [200, 429].map((wanted) => answers.filter(({ status }) => status === wanted));
    expect([admitted?.length, refused?.length]).toEqual([GUESTS, 30 - GUESTS]);
    for (const { body, headers } of refused ?? []) {
      expect([body.code, headers['set-cookie']]).toEqual(['E_TOO_MANY_GUESTS', undefined]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(3_500);
    }
    const guest = { cookie: cookieOf(admitted?.[0]?.headers ?? {}) };
    expect((await nodes[1].patch(guest, { theme: 'light' })).body).toEqual({ data: { theme: 'light' } });
  });

  it('get 503 while the engine is down, and keep their session', async () => {
    const guest = await visitors.newGuest({ theme: 'dark' });
    app.engine.pause();
    const answers = await Promise.all([
      visitors.patch(guest, { a: 1 }),
      visitors.patch({ cookie: '' }, { a: 1 }),
    ]);
    app.engine.resume();
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    // The breaker may be open for a moment.
    await until(async () => (await visitors.data(guest)).status === 200);
    expect((await visitors.data(guest)).body.data).toMatchObject({ theme: 'dark' });
  });
});
