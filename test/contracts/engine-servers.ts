import {
  type EngineOptions,
  type EngineStack,
  type LocalEngine,
  startCluster,
  startEngine,
  startSentinel,
} from '../../local/index.js';
import type { EngineAddress, EngineTopology } from '../../src/engine/index.js';

/** The servers of the engine under test, in any topology. Tests send commands to them directly. */
export interface EngineServers {
  readonly kind: 'redis' | 'valkey';
  readonly topology: EngineTopology;
  readonly url: string;
  /** Instead of what the URL says. */
  readonly address?: EngineAddress;
  /** The servers that hold data, including replicas. */
  readonly nodes: readonly LocalEngine[];
  readonly primaries: readonly LocalEngine[];
  /** The primary that owns the slot of a key. */
  primaryOf(key: string): Promise<LocalEngine>;
  stop(): Promise<void>;
}

/** Longer than a test: no replica is promoted while a server is paused. */
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
  return { ...parts, primaries, primaryOf: (key) => ownerOf(key, primaries) };
}

/** The other primaries answer MOVED. */
function ownerOf(key: string, primaries: readonly LocalEngine[]): Promise<LocalEngine> {
  return Promise.any(primaries.map((primary) => primary.command('EXISTS', key).then(() => primary)));
}
