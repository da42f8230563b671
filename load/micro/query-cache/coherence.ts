import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCluster, startEngine, startSentinel } from '../../../local/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { type CacheNode, openCacheNode } from './cache-node.js';
import { until } from '../engine/open-engine.js';
import { largest, quantile } from '../../measuring/statistics.js';

type Args = { id: number };

interface Servers {
  url: string;
  /** Sends a command to every server that holds data. */
  command(...command: string[]): Promise<void>;
  stop(): Promise<void>;
}

const INVALIDATIONS = 500;
/** In the case "load": invalidations of other tags, and reads from the engine, of the invalidating process. */
const LOAD = { invalidationsPerSecond: 500, readers: 20 };

const SERVERS: readonly [name: string, start: () => Promise<Servers>][] = [
  ['redis', () => startOne('redis')],
  ['valkey', () => startOne('valkey')],
  ['valkey, Sentinel', async () => serversOf(await startSentinel('valkey'))],
  ['redis, cluster', async () => serversOf(await startCluster('redis', { replicasPerShard: 0 }))],
];

/** How long after a confirmed invalidation another node still returns an old answer from its local tier. */
export const coherence: ServersScenario = {
  name: 'coherence',
  question: 'How long after an invalidation does another node still serve the old answer?',
  needs: 'servers',
  uses: [],
  seconds: () => 120,
  method:
    `${INVALIDATIONS} invalidations of a tag by another process, while this one reads the answer again and again: milliseconds from the confirmation\n` +
    'in that process to the last old answer in this one; 0 where the push came first. The servers refuse CLIENT TRACKING.\n' +
    `load: that process also invalidates ${LOAD.invalidationsPerSecond} other tags a second, and ${LOAD.readers} loops there read from the engine.`,
  async measure({ say }) {
    const table = [['engine', 'traffic', 'old answers in all', 'p50 ms', 'p99 ms', 'max ms']];
    const figures: Figure[] = [];
    for (const [name, start] of SERVERS) {
      for (const traffic of ['quiet', 'load'] as const) {
        say(`${name}, ${traffic}`);
        const { lags, old } = await measureOn(start, traffic === 'load');
        const [p50, p99] = [quantile(lags, 0.5), quantile(lags, 0.99)];
        table.push([name, traffic, String(old), ...[p50, p99, largest(lags)].map((ms) => ms.toFixed(2))]);
        figures.push({
          figure: `last old answer, p99, ${name}, ${traffic}`,
          value: p99,
          atMost: 50,
          unit: 'ms',
        });
      }
    }
    return {
      servers: SERVERS.map(([name]) => name).join('; '),
      tables: [{ title: 'time until the last old answer', rows: table }],
      figures,
    };
  },
};

async function measureOn(
  start: () => Promise<Servers>,
  hasLoad: boolean,
): Promise<{ lags: number[]; old: number }> {
  const servers = await start();
  try {
    await servers.command('ACL', 'SETUSER', 'default', '-client|tracking');
    return await measureLags(servers.url, hasLoad);
  } finally {
    await servers.stop();
  }
}

async function measureLags(url: string, hasLoad: boolean): Promise<{ lags: number[]; old: number }> {
  const node = await openCacheNode(url);
  const load = hasLoad ? JSON.stringify(LOAD) : '';
  const other = fork(fileURLToPath(new URL('invalidator.process.js', import.meta.url)), [url, load]);
  const exited = once(other, 'exit');
  await timeFrom(other);
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
    const invalidation = await readDuring(query, { id, version, other });
    lags.push(invalidation.lag);
    old += invalidation.old;
  }
  await closeBoth(other, node);
  await exited;
  return { lags, old };
}

async function readDuring(
  query: CachedQuery<Args, number>,
  { id, version, other }: { id: number; version: number; other: ChildProcess },
): Promise<{ lag: number; old: number }> {
  const acknowledged = timeFrom(other);
  other.send(String(id));
  let [lastOldAt, old] = [0, 0];
  while ((await query.get({ id })) < version) {
    old++;
    lastOldAt = performance.timeOrigin + performance.now();
    // Sockets are read between two turns.
    await nextTurn();
  }
  return { lag: Math.max(0, lastOldAt - (await acknowledged)), old };
}

async function timeFrom(other: ChildProcess): Promise<number> {
  return Number((await once(other, 'message'))[0]);
}

async function closeBoth(other: ChildProcess, node: CacheNode): Promise<void> {
  other.disconnect();
  await node.close();
}

async function startOne(kind: 'redis' | 'valkey'): Promise<Servers> {
  const server = await startEngine(kind);
  return {
    url: server.url,
    command: async (...command) => void (await server.command(...command)),
    stop: () => server.stop(),
  };
}

function serversOf(stack: Awaited<ReturnType<typeof startSentinel>>): Servers {
  const nodes = [...stack.nodes].filter(([name]) => !name.startsWith('sentinel')).map(([, node]) => node);
  return {
    url: stack.url,
    command: async (...command) => void (await Promise.all(nodes.map((node) => node.command(...command)))),
    stop: () => stack.stop(),
  };
}
