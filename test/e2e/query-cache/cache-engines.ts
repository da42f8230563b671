import { type EngineKind, type LocalServer, startCluster, startSentinel } from '../../../local/index.js';
import { installed } from '../../support/app.js';
import { PROFILE } from '../../support/profiles/profile.js';
import { startTestEngine } from '../../support/profiles/test-engine.js';
import { SCOPE } from '../../support/scope.js';

/** The servers of one engine, paused and killed together. */
export type CacheEngine = Pick<LocalServer, 'url' | 'pause' | 'resume' | 'kill' | 'restart' | 'stop'>;

/** No failover while a test pauses or kills all servers: failovers are tested in the engine's suite. */
const NEVER_MILLISECONDS = 60_000;

const kinds = installed('redis', 'valkey') as ('redis' | 'valkey')[];
const topologies = SCOPE === 'quick' || PROFILE ? [] : (['sentinel', 'cluster'] as const);

/** Each topology on one kind in turn; in the scope `matrix` on every kind, in `quick` on none. */
const stacks = new Map<string, () => Promise<CacheEngine>>();
for (const [turn, topology] of topologies.entries()) {
  const inTurn = kinds.slice(turn % kinds.length).slice(0, 1);
  for (const kind of SCOPE === 'matrix' ? kinds : inTurn)
    stacks.set(`${kind}, ${topology}`, () => startStack(kind, topology));
}

/** All engines that the query cache supports. */
export const CACHE_ENGINES: readonly string[] = [
  ...installed('redis', 'valkey', 'memcached'),
  ...stacks.keys(),
];

export function startCacheEngine(name: string): Promise<CacheEngine> {
  return stacks.get(name)?.() ?? startTestEngine(name as EngineKind);
}

/** On a cluster the entry and the tokens of its tags are on different servers. */
async function startStack(kind: 'redis' | 'valkey', topology: 'sentinel' | 'cluster'): Promise<CacheEngine> {
  const stack =
    topology === 'sentinel'
      ? await startSentinel(kind, { downAfterMilliseconds: NEVER_MILLISECONDS })
      : await startCluster(kind, { replicasPerShard: 0, nodeTimeoutMilliseconds: NEVER_MILLISECONDS });
  const servers = [...stack.nodes].filter(([name]) => !name.startsWith('sentinel')).map(([, node]) => node);
  return {
    url: stack.url,
    pause: () => servers.forEach((server) => server.pause()),
    resume: () => servers.forEach((server) => server.resume()),
    kill: async () => void (await Promise.all(servers.map((server) => server.kill()))),
    restart: async () => void (await Promise.all(servers.map((server) => server.restart()))),
    stop: () => stack.stop(),
  };
}
