import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { cookieOf, type Visit, Visitors } from '../visitors.js';

const ROUNDS = 20;
const NEXT = 'another passphrase';

/** Ends sessions of the account on another node. @returns whether the response was a success. */
type Ending = (visit: Visit, other: Visit) => Promise<boolean>;

describe('PUT /api/accounts/current/password while another node ends the session', () => {
  let app: TestApp;
  let node: TestNode;
  let here: Visitors;
  let there: Visitors;
  beforeAll(async () => {
    const settings = { SESSIONS_PER_ACCOUNT: '1000' };
    app = await startApp({ settings });
    node = await app.startNode();
    [here, there] = [new Visitors(app), new Visitors(node)];
  });
  afterAll(async () => {
    await node.close();
    await app.close();
  });

  const signOut: Ending = async (visit) => (await there.end(visit)).status === 204;
  const endOthers: Ending = async (_visit, other) =>
    (await there.end(other, '?except=current')).status === 200;

  it.each([
    ['a sign-out', signOut],
    ['DELETE /api/sessions?except=current', endOthers],
  ])(
    `answers 204 if and only if the password is changed, in ${ROUNDS} races against %s`,
    async (_what, end) => {
      const username = await here.newAccount();
      const [{ password_hash: before } = { password_hash: '' }] = await passwordOf(username);
      const count = { changed: 0, unchanged: 0, wrongAnswers: 0, alive: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const [visit, other] = [await here.signIn(username), await there.signIn(username)];
        const [change, isEnded] = await Promise.all([
          here.changePassword(visit, NEXT),
          later(round * 5).then(() => end(visit, other)),
        ]);
        const [now] = await passwordOf(username);
        const isChanged = now?.password_hash !== before;
        if ((change.status === 204) !== isChanged) count.wrongAnswers++;
        count[isChanged ? 'changed' : 'unchanged']++;
        const cookies = [visit.cookie, cookieOf(change.headers)];
        const alive = await Promise.all(cookies.map((cookie) => here.isSignedIn({ cookie })));
        if (isEnded && alive.includes(true)) count.alive++;
        await queryDatabase(app.databaseUrl, 'UPDATE accounts SET password_hash = $2 WHERE username = $1', [
          username,
          before,
        ]);
      }
      console.info(`password changes against ${_what}: ${JSON.stringify(count)}`);
      expect(count).toMatchObject({ wrongAnswers: 0, alive: 0 });
      // Both outcomes must occur, otherwise they did not race.
      for (const happened of [count.changed, count.unchanged]) expect(happened).toBeGreaterThan(0);
    },
    120_000,
  );

  /** Waits for some round trips, so that the races differ in timing. */
  async function later(trips: number): Promise<void> {
    for (let i = 0; i < trips; i++) await fetch(`${node.url}/health/live`);
  }

  const passwordOf = (username: string) =>
    queryDatabase<{ password_hash: string }>(
      app.databaseUrl,
      'SELECT password_hash FROM accounts WHERE username = $1',
      [username],
    );
});
