import { quantile } from '../../load/measuring/statistics.js';
import { startMemcachedCluster } from '../../local/index.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startStack } from '../stack/stack.js';
import { CachedFlights } from '../traffic/cached-flights.js';
import { countDisturbed, countFailures } from '../traffic/failures.js';
import { bySide, failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import type { Timeline } from '../timeline/timeline.js';
import { startGrowing } from './engine-growth.js';

const MEMCACHED_NODES = 3;
/** Read from Memcached. */
const FLIGHTS = 400;
const QUICK_FLIGHTS = 100;
const MOST_LOST_PERCENT = 5;
/** Otherwise nothing was tested. */
const LEAST_HITS_PERCENT = 90;
const SOME = { side: 'module', atLeast: 1 };

const REPLICAS_ONLY =
  'A replica adds safety and no capacity: the modules read from the primary only. More capacity needs a cluster, or larger servers.';

export const scale: Experiment = {
  name: 'scale',
  claim: 'Nodes join and leave under load, and no request fails.',
  method:
    'Under load on all three use cases, a cluster of three shards gets a fourth one with a quarter of all slots (--quick: 240 slots), and loses it again; behind sentinels, a replica joins and leaves. Two app nodes (--quick: one) join the first one. Then Memcached grows from three nodes to four while the same flights are read at a constant rate.',
  topologies: ['cluster', 'sentinel'],
  seconds: ({ quick }) => (quick ? 40 : 65),
  async run(scene): Promise<Observation> {
    const { engines, app, database } = await startStack(scene, startGrowing(scene), { nodes: 1 });
    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 1 : 8);

    scene.say('the engine grows');
    const { beganAt, keys } = await engines.grow(load);
    await load.run(scene.quick ? 1 : 8, 'the engine has grown');
    const endedAt = await engines.shrink(load);

    scene.say('app nodes join');
    await app.add();
    // One after the other: on two cores, their boot takes processor time from the node that serves.
    if (!scene.quick) await app.add();
    const joinedAt = load.mark(`${app.urls.length} app nodes`);
    await load.run(scene.quick ? 1 : 8, 'more app nodes');
    const result = await load.result();

    const p99 = (from: number, to: number) =>
      bySide(result, ({ load: { client } }) => {
        const some = client.attempts.filter(({ startedAt }) => startedAt >= from && startedAt < to);
        return quantile(
          some.map(({ ms }) => ms),
          0.99,
        );
      });
    const figures: Figure[] = [
      ...loadFigures(result, app, { mayFail: false }),
      { name: 'p99 before', unit: 'ms', values: p99(load.startedAt, beganAt) },
      { name: 'p99 while the engine grows and shrinks', unit: 'ms', values: p99(beganAt, endedAt) },
      { name: 'p99 with all app nodes', unit: 'ms', values: p99(joinedAt, Infinity) },
      {
        name: 'keys on the new node of the engine',
        values: { module: keys },
        // A few slots may have none.
        ...(!scene.quick && { goal: SOME }),
      },
    ];
    await app.stop();
    const memcached = await growMemcached(scene, { database: database.url, engine: engines.url });
    return {
      figures: [...figures, ...memcached.figures],
      timelines: [result.timeline, memcached.timeline],
      caveats: [...(scene.topology === 'sentinel' ? [REPLICAS_ONLY] : []), ...failuresOf(result)],
    };
  },
  answers: (worst, median) => [
    `While a node of the engine joined and left, and app nodes joined, ${worst('requests that failed')} of ${worst('requests')} requests failed and ${worst('requests that hung')} hung. The textbook side: ${worst('requests that failed', 'textbook')} and ${worst('requests that hung', 'textbook')}.`,
    `Median p99 of the module: ${median('p99 before')} before, ${median('p99 while the engine grows and shrinks')} while the engine grew and shrank, and ${median('p99 with all app nodes')} when the app nodes had joined. Median p99 of the textbook side: ${median('p99 before', 'textbook')}, ${median('p99 while the engine grows and shrinks', 'textbook')} and ${median('p99 with all app nodes', 'textbook')}.`,
    `A fourth Memcached node remapped ${worst('Memcached: answers remapped by a fourth node')} of the answers: the entry or one of its validity tokens had moved to it. They were missed, loaded again with ${worst('Memcached: SQL statements for them')} SQL statements, and then hit. In the worst half second, ${worst('Memcached: most misses in half a second')} of the reads were misses.`,
  ],
};

/** Three nodes hold answers of the query cache. A fourth one takes over some of the keys. */
async function growMemcached(
  scene: Scene,
  { database, engine }: { database: string; engine: string },
): Promise<{ figures: Figure[]; timeline: Timeline }> {
  scene.say('Memcached grows');
  const memcached = await scene.start(startMemcachedCluster({ nodes: MEMCACHED_NODES }));
  const settings = { CACHE_ENGINE_URL: memcached.url };
  const app = await scene.start(AppNodes.start({ database, engine, settings }, 1));
  const flights = await CachedFlights.start(scene, app, scene.quick ? QUICK_FLIGHTS : FLIGHTS);
  await flights.rounds(1);
  const storedAt = performance.now();
  await flights.rounds(1);

  const joinedAt = flights.mark('a fourth node joins');
  const before = await app.countQueries('flights');
  await memcached.addNode();
  // The app sees the new list of nodes within a round. In the next one it reads each flight there.
  await flights.rounds(2);
  const statements = (await app.countQueries('flights')) - before;
  const settledAt = flights.mark('each flight was read from four nodes');
  await flights.rounds(1);
  await flights.stop();
  app.control.throwIfTooBusy(flights.startedAt);

  const timeline = flights.timeline('cached flights on Memcached');
  const misses = timeline.sides
    .flatMap(({ hitPercent }) => hitPercent.slice(Math.floor(flights.secondsAt(joinedAt) / timeline.step)))
    .flatMap((hits) => (hits === null ? [] : [100 - hits]));
  const remapped = flights.missedBetween(joinedAt, settledAt);
  const hitsBefore = flights.hitsBetween(storedAt, joinedAt);
  const hitsAfter = flights.hitsBetween(settledAt);
  const percent = { unit: '%' } as const;
  const figures: Figure[] = [
    {
      name: 'Memcached: hit ratio with three nodes',
      ...percent,
      values: { module: hitsBefore },
      goal: { side: 'module', atLeast: LEAST_HITS_PERCENT },
    },
    {
      name: 'Memcached: answers remapped by a fourth node',
      ...percent,
      values: { module: remapped },
    },
    {
      name: 'Memcached: most misses in half a second',
      ...percent,
      values: { module: Math.max(...misses) },
    },
    { name: 'Memcached: SQL statements for them', values: { module: statements } },
    {
      name: 'Memcached: reads that failed or hung',
      values: { module: countFailures(flights.attempts) },
      goal: { side: 'module', atMost: 0 },
    },
    {
      name: 'control: the fourth Memcached node took over answers',
      ...percent,
      values: { module: remapped },
      goal: SOME,
    },
    {
      name: 'control: reads of Memcached that failed while the machine stood still',
      values: { module: countDisturbed(flights.attempts) },
    },
    { name: 'Memcached: hit ratio afterwards', ...percent, values: { module: hitsAfter } },
    {
      // Not all are hits on a busy machine: the database answers when the engine is late.
      name: 'Memcached: hit ratio lost for good',
      ...percent,
      values: { module: Math.max(0, hitsBefore - hitsAfter) },
      goal: { side: 'module', atMost: MOST_LOST_PERCENT },
    },
  ];
  return { figures, timeline };
}
