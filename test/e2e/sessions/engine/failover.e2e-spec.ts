import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { type Visit, Visitors } from '../visitors.js';

/** Hashing passwords can occupy a small machine for more than a second, which must not cause a promotion. */
const DOWN_AFTER_MS = 5_000;

describe.each<[string, () => Promise<EngineStack>, string]>([
  ['Sentinel', () => startSentinel(redisLike(), { downAfterMilliseconds: DOWN_AFTER_MS }), 'primary'],
  ['a cluster', () => startCluster(redisLike(), { nodeTimeoutMilliseconds: DOWN_AFTER_MS }), 'shard-1'],
])('a failover on %s', (how, start, primary) => {
  const SESSIONS = 12;
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    stack = await start();
    node = await startOn(productionSettings(await createDatabase(), stack.url));
    await until(async () => (await readinessOf(node)).status === 'ok');
    visitors = new Visitors(node);
  });
  afterAll(async () => {
    await node.close();
    await stack.stop();
  });

  it('keeps every acknowledged sign-out; lost sign-ins and changes are counted', async () => {
    const usernames = await Promise.all(Array.from({ length: SESSIONS }, () => visitors.newAccount()));
    const signIn = (username: string) => visitors.signIn(username);
    const [leaving, changing] = [
      await Promise.all(usernames.map(signIn)),
      await Promise.all(usernames.map(signIn)),
    ];
    const signedOut = await acknowledged(leaving, 204, (visit) => visitors.end(visit));
    const changed = await acknowledged(changing, 200, (visit) => visitors.patch(visit, { theme: 'dark' }));
    const signedIn = await Promise.all(usernames.map(signIn));
    await stack.node(primary).kill();

    const after = async (visit: Visit) => {
      await until(async () => (await visitors.current(visit)).status !== 503, 20_000);
      return visitors.current(visit);
    };
    const lost = {
      signOuts: (await Promise.all(signedOut.map(after))).filter(({ status }) => status !== 401).length,
      changes: (await Promise.all(changed.map(after))).filter(({ body }) => body.data?.theme !== 'dark')
        .length,
      signIns: (await Promise.all(signedIn.map(after))).filter(({ status }) => status !== 200).length,
    };
    console.info(
      `failover on ${how}: lost ${lost.signOuts} of ${signedOut.length} sign-outs, ` +
        `${lost.changes} of ${changed.length} changes, ${lost.signIns} of ${signedIn.length} sign-ins`,
    );
    expect(signedOut.length).toBeGreaterThan(0);
    expect(lost.signOuts).toBe(0);
  }, 60_000);

  /** The sessions whose request got the wanted status. */
  async function acknowledged(
    visits: Visit[],
    wanted: number,
    send: (visit: Visit) => PromiseLike<{ status: number }>,
  ): Promise<Visit[]> {
    const statuses = await Promise.all(visits.map(async (visit) => (await send(visit)).status));
    return visits.filter((_visit, i) => statuses[i] === wanted);
  }
});
