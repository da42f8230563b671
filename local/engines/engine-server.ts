import { type EngineSetup, type EngineOptions, prepareEngine } from './engine-setup.js';
import type { EngineKind } from '../installation/engine-program.js';
import type { LocalServer } from '../processes/local-server.js';
import { type LocalMemcached, startMemcachedNode } from './memcached-node.js';
import {
  asArguments,
  commonSettings,
  DATA_SETTINGS,
  type LocalEngine,
  makeDirectoryOf,
  startNode,
} from './redis-node.js';

export function startEngine(kind: 'memcached', options?: EngineOptions): Promise<LocalMemcached>;
export function startEngine(kind: 'redis' | 'valkey', options?: EngineOptions): Promise<LocalEngine>;
export function startEngine(kind: EngineKind, options?: EngineOptions): Promise<LocalServer>;
/**
 * Starts one Redis, Valkey or Memcached server. It stores nothing on disk, and Redis and Valkey evict nothing. Memcached has no users.
 *
 * @throws EngineUnavailableError when the program is not installed and cannot be installed
 */
export async function startEngine(kind: EngineKind, options: EngineOptions = {}): Promise<LocalServer> {
  const { password, acl, settings = [] } = options;
  const memcached = kind === 'memcached';
  if (memcached && (password !== undefined || acl)) {
    throw new Error('Local Memcached servers support no password or users. Leave these options out.');
  }
  // Of its own: Redis and Valkey load the dump that they find in their directory.
  const setup = await prepareEngine(kind, options, { directory: !memcached });
  return memcached
    ? startMemcachedNode(setup, { settings, dispose: () => setup.remove() })
    : startStandalone(setup, settings);
}

async function startStandalone(setup: EngineSetup, settings: readonly string[]): Promise<LocalEngine> {
  const cwd = await makeDirectoryOf(setup, 'server');
  return startNode(setup, {
    // Other users of this machine can read a password on a command line. That is acceptable here and saves a file per server.
    command: (port) => [
      ...asArguments([...commonSettings(setup, port), ...DATA_SETTINGS, ['appendonly', 'no']]),
      ...settings,
    ],
    ready: /Ready to accept connections/,
    cwd,
    dispose: () => setup.remove(),
  });
}
