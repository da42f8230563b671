import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type EngineSetup, type EngineOptions, prepareEngine } from './engine-setup.js';
import type { EngineKind } from '../installation/engine-program.js';
import type { GuardedProcess } from '../processes/guarded-process.js';
import { type LocalServer, startServer } from '../processes/local-server.js';
import { asArguments, DATA_SETTINGS, type LocalEngine, startNode, commonSettings } from './redis-node.js';

export function startEngine(kind: 'memcached', options?: EngineOptions): Promise<LocalServer>;
export function startEngine(kind: 'redis' | 'valkey', options?: EngineOptions): Promise<LocalEngine>;
export function startEngine(kind: EngineKind, options?: EngineOptions): Promise<LocalServer>;
/**
 * Starts one Redis, Valkey or Memcached server. It stores nothing on disk, and Redis and Valkey evict nothing.
 *
 * @throws EngineUnavailableError when the program is not installed and cannot be installed
 */
export async function startEngine(kind: EngineKind, options: EngineOptions = {}): Promise<LocalServer> {
  const { password, acl, tls, settings = [] } = options;
  const memcached = kind === 'memcached';
  if (memcached && (password !== undefined || acl || tls)) {
    throw new Error('Local Memcached servers support no password, users or TLS. Leave these options out.');
  }
  const setup = await prepareEngine(kind, options, { directory: false });
  return memcached ? startMemcached(setup, settings) : startStandalone(setup, settings);
}

function startStandalone(setup: EngineSetup, settings: readonly string[]): Promise<LocalEngine> {
  return startNode(setup, {
    // Other users of this machine can read a password on a command line. That is acceptable here and saves a file per server.
    command: (port) => [
      ...asArguments([...commonSettings(setup, port), ...DATA_SETTINGS, ['appendonly', 'no']]),
      ...settings,
    ],
    ready: /Ready to accept connections/,
    dispose: () => setup.remove(),
  });
}

function startMemcached(setup: EngineSetup, settings: readonly string[]): Promise<LocalServer> {
  // Memcached refuses to run as root without this option. When it already runs as another user it ignores it.
  const user = process.getuid?.() === 0 ? ['--user', 'root'] : [];
  return startServer({
    name: setup.program.name,
    version: setup.version,
    url: (port) => `memcached://127.0.0.1:${port}`,
    command: (port) => ({
      program: setup.program.path,
      args: ['--port', `${port}`, '--listen', '127.0.0.1', ...user, ...settings],
      graceSeconds: 3,
      account: setup.account,
      cwd: tmpdir(),
    }),
    ready: async (process, port) => {
      while (!(await memcachedAnswers(process, port))) {
        if (!process.running) throw new Error('The process exited.');
        await wait(10);
      }
    },
    readyWithinSeconds: 10,
    remedy: `Try to run "${setup.program.path}" in a shell.`,
  });
}

/** Memcached logs nothing when it is ready. Its statistics contain its pid, so another server on this port is not mistaken for it. */
function memcachedAnswers(process: GuardedProcess, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const finish = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    let answer = '';
    socket.setEncoding('latin1').setTimeout(1000);
    socket.once('error', () => finish(false)).once('timeout', () => finish(false));
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.includes('END\r\n')) finish(answer.includes(`STAT pid ${process.pid}\r\n`));
    });
    socket.write('stats\r\n');
  });
}
