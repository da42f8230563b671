import fc from 'fast-check';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { PASSWORD, Visitors } from '../visitors.js';

const WRONG_PER_ACCOUNT = 3;
const WRONG_PER_ADDRESS = 40;
const AT_ONCE = 30;
const ROUNDS = rounds(25);
const WRONG = 'not this one';
const NEXT = 'another passphrase';

describe('guessing passwords', () => {
  let app: TestApp;
  let node: TestNode;
  let nodes: [Visitors, Visitors];
  beforeAll(async () => {
    app = await startApp({
      settings: {
        TRUST_PROXY: '1',
        SIGN_IN_FAILURES_PER_ACCOUNT: `${WRONG_PER_ACCOUNT}`,
        SIGN_IN_FAILURES_PER_ADDRESS: `${WRONG_PER_ADDRESS}`,
      },
    });
    node = await app.startNode();
    nodes = [new Visitors(app), new Visitors(node)];
  });
  afterAll(async () => {
    await node.close();
    await app.close();
  });

  let networks = 0;
  const newAddress = () => `2001:db8:${(++networks).toString(16)}::1`;
  /** At once, on both nodes in turn. @returns how many were answered with each status. */
  async function signInAtOnce(attempts: { username: string; password: string }[], address: string) {
    const statuses = await Promise.all(
      attempts.map(async ({ username, password }, i) => {
        const attempt = nodes[i % 2 ? 1 : 0].attempt(username, password).set('x-forwarded-for', address);
        return (await attempt).status;
      }),
    );
    return (wanted: number) => statuses.filter((status) => status === wanted).length;
  }

  it(`lets all of ${AT_ONCE} right passwords at once in, again and again`, async () => {
    const username = await nodes[0].newAccount();
    for (let round = 0; round < 2; round++) {
      const attempts = Array.from({ length: AT_ONCE }, () => ({ username, password: PASSWORD }));
      const count = await signInAtOnce(attempts, newAddress());
      expect(count(201)).toBe(AT_ONCE);
    }
  });

  it(`verifies at most ${WRONG_PER_ACCOUNT} wrong passwords of an account, whatever is sent at once (${ROUNDS} mixtures)`, async () => {
    const mixture = fc.array(fc.boolean(), { minLength: 1, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(mixture, async (areRight) => {
        const username = await nodes[0].newAccount();
        const attempts = areRight.map((isRight) => ({ username, password: isRight ? PASSWORD : WRONG }));
        const count = await signInAtOnce(attempts, newAddress());
        const [right, wrong] = [
          areRight.filter(Boolean).length,
          areRight.filter((isRight) => !isRight).length,
        ];
        expect(count(401)).toBe(Math.min(wrong, WRONG_PER_ACCOUNT));
        expect(count(201) + count(401) + count(429)).toBe(areRight.length);
        // Once the limit is reached, right passwords may be refused as well.
        expect(count(201)).toBeGreaterThanOrEqual(wrong < WRONG_PER_ACCOUNT ? right : 0);
        expect(count(201)).toBeLessThanOrEqual(right);
      }),
      { numRuns: ROUNDS },
    );
  }, 60_000);

  it(`verifies at most ${WRONG_PER_ADDRESS} wrong passwords from an address, whatever the names`, async () => {
    const attempts = Array.from({ length: WRONG_PER_ADDRESS + 20 }, (_, i) => ({
      username: `nobody-${i}`,
      password: WRONG,
    }));
    const count = await signInAtOnce(attempts, newAddress());
    expect([count(401), count(429)]).toEqual([WRONG_PER_ADDRESS, 20]);
  });

  it('by a stranger does not keep the signed-in owner from changing the password', async () => {
    const visit = await nodes[0].newVisit();
    const { username } = visit.session;
    const attempts = Array.from({ length: 10 }, () => ({ username, password: WRONG }));
    const count = await signInAtOnce(attempts, newAddress());
    expect([count(401), count(429)]).toEqual([WRONG_PER_ACCOUNT, 10 - WRONG_PER_ACCOUNT]);
    await nodes[1].changePassword(visit, NEXT).expect(204);
  });

  it('in password changes is limited as well, also at once', async () => {
    const visit = await nodes[0].newVisit();
    const statuses = await Promise.all(
      Array.from(
        { length: 10 },
        async (_, i) => (await nodes[i % 2 ? 1 : 0].changePassword(visit, NEXT, WRONG)).status,
      ),
    );
    const count = (wanted: number) => statuses.filter((status) => status === wanted).length;
    expect([count(401), count(429)]).toEqual([WRONG_PER_ACCOUNT, 10 - WRONG_PER_ACCOUNT]);
    const { body, headers } = await nodes[0].changePassword(visit, NEXT).expect(429);
    expect(body.code).toBe('E_TOO_MANY_FAILURES');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    // Signing in is another matter: the session may be stolen.
    await nodes[0].attempt(visit.session.username).expect(201);
  });
});

describe('POST /api/accounts', () => {
  const SIGN_UPS = 5;
  const FLOOD = 300;
  let app: TestApp;
  let limited: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    limited = await app.startNode({ SIGN_UPS_PER_ADDRESS: `${SIGN_UPS}` });
    visitors = new Visitors(app);
  });
  afterAll(async () => {
    await limited.close();
    await app.close();
  });

  const signUp = (url: string, username: string, password = PASSWORD) =>
    request(url).post('/api/accounts').send({ username, password });

  it('answers 429 beyond SIGN_UPS_PER_ADDRESS, also to those at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => signUp(limited.url, `limited-${i}`)),
    );
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(201), count(429)]).toEqual([SIGN_UPS, 30 - SIGN_UPS]);
    const { body, headers } = await signUp(limited.url, 'limited-too').expect(429);
    expect(body.code).toBe('E_TOO_MANY_SIGN_UPS');
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_500);
  });

  it(`of ${FLOOD} at once queues some and refuses the others; health, the page and a sign-in do not wait for them`, async () => {
    const username = await visitors.newAccount();
    let waiting = 0;
    const flood = Array.from({ length: FLOOD }, async (_, i) => {
      waiting++;
      const { status, headers } = await signUp(app.url, `flood-${i}`);
      waiting--;
      return { status, retryAfter: headers['retry-after'] };
    });
    const codes = [
      request(app.url).get('/health/live'),
      request(app.url).get('/index.html'),
      visitors.attempt(username),
    ];
    expect((await Promise.all(codes)).map(({ status }) => status)).toEqual([200, 200, 201]);
    expect(waiting).toBeGreaterThan(0);
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 201).length + refused.length).toBe(FLOOD);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['2']));
  });

  it.each([
    ['one of the most common', 'password'],
    ['one of the most common', '12345678'],
    ['one of the most common in capitals', 'PassWord1'],
    ['one of the most common in full-width letters', 'ｐａｓｓｗｏｒｄ'],
    ['blank', ' '.repeat(12)],
    ['blank in other characters', '\u00a0\u3000\t\n'.repeat(3)],
    ['one character repeated', 'ж'.repeat(9)],
    ['the name', 'weak-name'],
    ['the name in capitals and a year', 'WEAK-NAME-01'],
    ['too short by its characters', '🐎🐎🐎🐎🐎🐎🐎'],
    ['half of a surrogate pair', `\ud83dpassphrase of mine`],
  ])('refuses a password that is %s, and so does a change', async (_what, password) => {
    const refused = await signUp(app.url, 'weak-name', password).expect(422);
    expect(refused.body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'password' }] });
    const visit = await visitors.newVisit();
    const next = password.replaceAll(/weak-name/gi, visit.session.username.toUpperCase());
    const { body } = await visitors.changePassword(visit, next).expect(422);
    expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: 'next' }] });
  });

  it('takes the same characters as the same password, however they are composed', async () => {
    await signUp(app.url, 'composed', 'Zürich ist schön').expect(201);
    const spellings = ['Zürich ist schön', 'Zürich ist schön'.normalize('NFD'), 'Zurich ist schon'];
    const statuses: number[] = [];
    for (const spelling of spellings) statuses.push((await visitors.attempt('composed', spelling)).status);
    expect(statuses).toEqual([201, 201, 401]);
  });
});
