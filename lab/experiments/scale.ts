import { quantile } from '../../load/measuring/statistics.js';
import { type EngineCluster, startCluster, startMemcachedCluster } from '../../local/index.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startStack } from '../stack/stack.js';
import { CachedFlights } from '../traffic/cached-flights.js';
import { bySide, failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';

/** A quarter of all 16,384 slots. */
const SLOTS = 4_096;
const QUICK_SLOTS = 240;
const SHARDS = 3;
const MEMCACHED_NODES = 3;
/** Read from Memcached. */
const FLIGHTS = 400;
const QUICK_FLIGHTS = 100;
const MOST_LOST_PERCENT = 5;

export const scale: Experiment = {
  name: 'scale',
  claim: 'Capacity grows and shrinks under load, by adding and removing nodes.',
  method:
    'Under load on all three use cases, a cluster of three shards gets a fourth one with a quarter of all slots (--quick: 240 slots), and loses it again; two app nodes (--quick: one) join the first one. Then Memcached grows from three nodes to four.',
  topologies: ['cluster'],
  seconds: ({ quick }) => (quick ? 30 : 60),
  async run(scene): Promise<Observation> {
    const cluster = startCluster(scene.engine, { shards: SHARDS, replicasPerShard: 1 });
    const { engines, app, database } = await startStack(scene, cluster, { nodes: 1 });
    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 1 : 8);

    const beganAt = load.mark('a shard joins');
    scene.say('a shard joins');
    const keysMoved = await addShard(engines, scene.quick ? QUICK_SLOTS : SLOTS);
    load.mark('4 shards');
    await load.run(scene.quick ? 1 : 8, 'four shards');
    load.mark('it leaves');
    await engines.removeShard(`shard-${SHARDS + 1}`);
    const endedAt = load.mark('3 shards');

    scene.say('app nodes join');
    await app.add();
    // One after the other: on two cores, their boot takes processor time from the node that serves.
    if (!scene.quick) await app.add();
    load.mark(`${app.urls.length} app nodes`);
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
      { name: 'p99 while slots move', unit: 'ms', values: p99(beganAt, endedAt) },
      { name: 'keys on the new shard', values: { module: keysMoved } },
    ];
    await app.stop();
    const memcached = await growMemcached(scene, { database: database.url, engine: engines.url });
    return {
      figures: [...figures, ...memcached],
      timeline: result.timeline,
      caveats: failuresOf(result),
    };
  },
  answers: (worst) => [
    `While a shard joined and left, and app nodes joined, ${worst('requests that failed')} of ${worst('requests')} requests failed and ${worst('requests that hung')} hung. The textbook side: ${worst('requests that failed', 'textbook')} and ${worst('requests that hung', 'textbook')}.`,
    `The p99 of the module was ${worst('p99 while slots move')} while slots moved, and ${worst('p99 before')} before.`,
    `A fourth Memcached node remapped ${worst('Memcached: answers remapped by a fourth node')} of the answers: those of which the entry or one of its validity tokens moved. They were loaded again with ${worst('Memcached: SQL statements for them')} SQL statements, and then hit.`,
  ],
};

/** Resolves with the number of keys that the new shard got. */
async function addShard(cluster: EngineCluster, slots: number): Promise<number> {
  const others = [...cluster.shards];
  const shard = await cluster.addShard();
  for (const other of others) await cluster.moveSlots(other, shard, Math.floor(slots / others.length));
  return Number(await cluster.node(shard).command('DBSIZE'));
}

/** Three nodes hold answers of the query cache. A fourth one takes over some of the keys. */
async function growMemcached(
  scene: Scene,
  { database, engine }: { database: string; engine: string },
): Promise<Figure[]> {
  scene.say('Memcached grows');
  const memcached = await scene.start(startMemcachedCluster({ nodes: MEMCACHED_NODES }));
  const settings = { CACHE_ENGINE_URL: memcached.url };
  const app = await scene.start(AppNodes.start({ database, engine, settings }, 1));
  const flights = new CachedFlights(app, scene.quick ? QUICK_FLIGHTS : FLIGHTS);
  await flights.read();
  const before = await flights.readLater();
  await memcached.addNode();
  const after = await flights.readLater();
  const again = await flights.readLater();
  return [
    { name: 'Memcached: hit ratio with three nodes', unit: '%', values: { module: before.hitPercent } },
    {
      name: 'Memcached: answers remapped by a fourth node',
      unit: '%',
      values: { module: before.hitPercent - after.hitPercent },
    },
    { name: 'Memcached: SQL statements for them', values: { module: after.databaseQueries } },
    { name: 'Memcached: hit ratio afterwards', unit: '%', values: { module: again.hitPercent } },
    {
      // Not all are hits on a busy machine: the database answers when the engine is late.
      name: 'Memcached: hit ratio lost for good',
      unit: '%',
      values: { module: Math.max(0, before.hitPercent - again.hitPercent) },
      goal: { side: 'module', atMost: MOST_LOST_PERCENT },
    },
  ];
}
