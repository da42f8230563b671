import {
  type EngineOptions,
  type EngineStack,
  type LocalEngine,
  startCluster,
  startEngine,
  startSentinel,
} from '../../local/index.js';
import type { EngineTopology } from '../../src/engine/index.js';

/** Whatever it is made of, an engine to hold to the contract, and the servers behind it to look into. */
export interface EngineServers {
  readonly kind: 'redis' | 'valkey';
  readonly topology: EngineTopology;
  readonly url: string;
  /** Those that hold data, replicas too. */
  readonly nodes: readonly LocalEngine[];
  readonly primaries: readonly LocalEngine[];
  /** The primary that has the slot of a key. */
  primaryOf(key: string): Promise<LocalEngine>;
  stop(): Promise<void>;
}

/** Nobody is promoted while a test pauses a server: what happens then is another suite's. */
const NEVER_MILLISECONDS = 60_000;

export async function startServers(
  kind: 'redis' | 'valkey',
  topology: EngineTopology,
  options: EngineOptions = {},
): Promise<EngineServers> {
  if (topology === 'standalone') {
    const server = await startEngine(kind, options);
    return serversOf({ kind, topology, url: server.url, nodes: [server], stop: () => server.stop() });
  }
  const stack = await (topology === 'sentinel'
    ? startSentinel(kind, { ...options, downAfterMilliseconds: NEVER_MILLISECONDS })
    : startCluster(kind, { ...options, nodeTimeoutMilliseconds: NEVER_MILLISECONDS }));
  return serversOf({ kind, topology, url: stack.url, nodes: dataNodes(stack), stop: () => stack.stop() });
}

function dataNodes(stack: EngineStack): LocalEngine[] {
  return [...stack.nodes].filter(([name]) => !name.startsWith('sentinel')).map(([, node]) => node);
}

async function serversOf(parts: Omit<EngineServers, 'primaries' | 'primaryOf'>): Promise<EngineServers> {
  const roles = await Promise.all(
    parts.nodes.map(async (node) => ({ node, role: await node.command('ROLE') })),
  );
  const primaries = roles.flatMap(({ node, role }) =>
    Array.isArray(role) && role[0] === 'master' ? [node] : [],
  );
  return { ...parts, primaries, primaryOf: (key) => firstThatHas(key, primaries) };
}

/** The others answer MOVED. */
function firstThatHas(key: string, primaries: readonly LocalEngine[]): Promise<LocalEngine> {
  return Promise.any(primaries.map((primary) => primary.command('EXISTS', key).then(() => primary)));
}
