import {
  type EngineKind,
  type LocalServer,
  startCluster,
  startEngine,
  startSentinel,
} from '../../../local/index.js';
import { installed } from '../../support/app.js';
import { SCOPE } from '../../support/scope.js';

/** What answers are kept on, as one thing that can be hurt. */
export type CacheEngine = Pick<LocalServer, 'url' | 'pause' | 'resume' | 'kill' | 'restart' | 'stop'>;

/** Nobody is promoted while a test pauses or kills everything: what happens then is the engine's own suite's. */
const NEVER_MILLISECONDS = 60_000;

const kinds = installed('redis', 'valkey') as ('redis' | 'valkey')[];
const topologies = SCOPE === 'quick' ? [] : (['sentinel', 'cluster'] as const);

/** Each topology on one kind, the kinds taking turns; in the scope `matrix` on every kind, in `quick` none. */
const stacks = new Map<string, () => Promise<CacheEngine>>();
for (const [turn, topology] of topologies.entries()) {
  const inTurn = kinds.slice(turn % kinds.length).slice(0, 1);
  for (const kind of SCOPE === 'matrix' ? kinds : inTurn)
    stacks.set(`${kind}, ${topology}`, () => startStack(kind, topology));
}

/** Everything that the query cache makes its promises for. */
export const CACHE_ENGINES: readonly string[] = [
  ...installed('redis', 'valkey', 'memcached'),
  ...stacks.keys(),
];

export function startCacheEngine(name: string): Promise<CacheEngine> {
  return stacks.get(name)?.() ?? startEngine(name as EngineKind);
}

/** On a cluster an answer, its tags and its lease are on different servers. */
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
