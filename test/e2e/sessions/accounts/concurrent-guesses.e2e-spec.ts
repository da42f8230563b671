import fc from 'fast-check';
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

describe('concurrent password guesses on two nodes', () => {
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
  /** Sends all attempts at once, on both nodes in turn. @returns a function that counts the responses by status. */
  async function signInAtOnce(attempts: { username: string; password: string }[], address: string) {
    const statuses = await Promise.all(
      attempts.map(async ({ username, password }, i) => {
        const attempt = nodes[i % 2 ? 1 : 0].attempt(username, password).set('x-forwarded-for', address);
        return (await attempt).status;
      }),
    );
    return (wanted: number) => statuses.filter((status) => status === wanted).length;
  }

  it(`never refuse one of ${AT_ONCE} concurrent right passwords`, async () => {
    const username = await nodes[0].newAccount();
    for (let round = 0; round < 2; round++) {
      const attempts = Array.from({ length: AT_ONCE }, () => ({ username, password: PASSWORD }));
      const count = await signInAtOnce(attempts, newAddress());
      expect(count(201)).toBe(AT_ONCE);
    }
  });

  it(`verify at most ${WRONG_PER_ACCOUNT} wrong passwords of an account, whatever else is sent (${ROUNDS} mixtures)`, async () => {
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

  it(`verify at most ${WRONG_PER_ADDRESS} wrong passwords from an address, whatever the names`, async () => {
    const attempts = Array.from({ length: WRONG_PER_ADDRESS + 20 }, (_, i) => ({
      username: `nobody-${i}`,
      password: WRONG,
    }));
    const count = await signInAtOnce(attempts, newAddress());
    expect([count(401), count(429)]).toEqual([WRONG_PER_ADDRESS, 20]);
  });

  it('do not keep the signed-in owner from changing the password', async () => {
    const visit = await nodes[0].newVisit();
    const { username } = visit.session;
    const attempts = Array.from({ length: 10 }, () => ({ username, password: WRONG }));
    const count = await signInAtOnce(attempts, newAddress());
    expect([count(401), count(429)]).toEqual([WRONG_PER_ACCOUNT, 10 - WRONG_PER_ACCOUNT]);
    await nodes[1].changePassword(visit, NEXT).expect(204);
  });

  it('are limited in password changes as well', async () => {
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
    // Sign-ins are counted separately: the session may be stolen.
    await nodes[0].attempt(visit.session.username).expect(201);
  });
});
