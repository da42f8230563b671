import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EngineKind, type LocalServer, startEngine } from '../../local/index.js';
import type { Benchmark, Goal } from './benchmark.js';
import { answerOf, type CacheNode, openCacheNode } from './cache-node.js';
import { until } from './open-engine.js';
import { largest, quantile } from './statistics.js';

type Args = { id: number };

const NODES = 3;
const INVALIDATIONS = 500;

/** How long after a confirmed invalidation another node still returns an old answer from its local tier. */
export const coherence: Benchmark = {
  name: 'coherence',
  method:
    `${INVALIDATIONS} invalidations of a tag by another process, while this one reads the answer again and again: milliseconds from the confirmation\n` +
    'in that process to the last old answer in this one; 0 where the push came first.',
  async measure(say) {
    const table = [['engine', 'old answers in all', 'p50 ms', 'p99 ms', 'max ms']];
    const goals: Goal[] = [];
    const servers: string[] = [];
    for (const kind of ['redis', 'valkey'] as const) {
      say(kind);
      const server = await startEngine(kind);
      try {
        const { lags, old } = await measureLags(server.url);
        const [p50, p99] = [quantile(lags, 0.5), quantile(lags, 0.99)];
        table.push([kind, String(old), ...[p50, p99, largest(lags)].map((ms) => ms.toFixed(2))]);
        goals.push({ figure: `last old answer, p99, ${kind}`, value: p99, atMost: 50, unit: 'ms' });
        servers.push(`${server.name} ${server.version}`);
      } finally {
        await server.stop();
      }
    }
    return { servers: servers.join(', '), table, goals };
  },
};

async function measureLags(url: string): Promise<{ lags: number[]; old: number }> {
  const node = await openCacheNode(url);
  const other = fork(fileURLToPath(new URL('invalidator.process.js', import.meta.url)), [url]);
  const exited = once(other, 'exit');
  const answer = async () => Number((await once(other, 'message'))[0]);
  await answer();
  let version = 0;
  const query = node.cache.define<Args, number>({
    name: 'versions',
    ttlSeconds: 3_600,
    tags: ({ id }) => [String(id)],
    load: () => Promise.resolve(version),
  });
  const lags: number[] = [];
  let old = 0;
  for (let id = 0; id < INVALIDATIONS; id++) {
    await until('it is in the local tier', async () => (await query.read({ id })).lookup.tier === 'local');
    version++;
    const acknowledged = answer();
    other.send(String(id));
    let lastOldAt = 0;
    while ((await query.get({ id })) < version) {
      old++;
      lastOldAt = performance.timeOrigin + performance.now();
      // Sockets are read between two turns.
      await nextTurn();
    }
    lags.push(Math.max(0, lastOldAt - (await acknowledged)));
  }
  other.disconnect();
  await exited;
  await node.close();
  return { lags, old };
}

const CALLERS = 500;
const STAMPEDES = 20;

/** How often the database is queried when many callers miss the same answer at once. */
export const stampede: Benchmark = {
  name: 'stampede',
  method: `${STAMPEDES} times: ${CALLERS} concurrent callers on ${NODES} nodes read an answer that is not stored; a load takes 50 ms. Loads counted at the database.`,
  async measure(say) {
    const table = [['engine', 'callers', 'loads each time', 'most']];
    const goals: Goal[] = [];
    const servers: string[] = [];
    for (const kind of ['redis', 'valkey', 'memcached'] as const) {
      say(kind);
      await withNodes(kind, async (nodes, server) => {
        const loads = await countLoads(nodes);
        table.push([kind, String(CALLERS), [...new Set(loads)].join(' or '), String(largest(loads))]);
        goals.push({ figure: `loads for ${CALLERS} callers, ${kind}`, value: largest(loads), atMost: 1 });
        servers.push(`${server.name} ${server.version}`);
      });
    }
    return { servers: servers.join(', '), table, goals };
  },
};

async function countLoads(nodes: readonly CacheNode[]): Promise<number[]> {
  let loads = 0;
  const answer = answerOf(2_000);
  const queries = nodes.map(({ cache }) =>
    cache.define({
      name: 'stampede',
      ttlSeconds: 60,
      tags: ({ id }: Args) => [`${id}`, 'all'],
      load: async () => {
        loads++;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return answer;
      },
    }),
  );
  const counts: number[] = [];
  for (let id = 0; id < STAMPEDES; id++) {
    const before = loads;
    const asked = Array.from({ length: CALLERS }, async (_, i) => queries[i % NODES]?.get({ id }));
    await Promise.all(asked);
    counts.push(loads - before);
  }
  return counts;
}

async function withNodes(
  kind: EngineKind,
  measure: (nodes: CacheNode[], server: LocalServer) => Promise<void>,
): Promise<void> {
  const server = await startEngine(kind);
  const nodes: CacheNode[] = [];
  try {
    for (let i = 0; i < NODES; i++) nodes.push(await openCacheNode(server.url));
    await measure(nodes, server);
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
    await server.stop();
  }
}
