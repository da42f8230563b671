import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { type EngineHome, type EngineOptions, openHome } from './engine-home.js';
import type { EngineKind } from '../installation/engine-program.js';
import type { GuardedProcess } from '../processes/guarded-process.js';
import { type LocalServer, startServer } from '../processes/local-server.js';
import { asArguments, DATA_SETTINGS, type LocalEngine, startNode, usualSettings } from './redis-node.js';

export function startEngine(kind: 'memcached', options?: EngineOptions): Promise<LocalServer>;
export function startEngine(kind: 'redis' | 'valkey', options?: EngineOptions): Promise<LocalEngine>;
export function startEngine(kind: EngineKind, options?: EngineOptions): Promise<LocalServer>;
/**
 * Starts one Redis, Valkey or Memcached server that keeps nothing on disk and, for Redis and Valkey,
 * evicts nothing. Rejects when the program is not installed.
 */
export async function startEngine(kind: EngineKind, options: EngineOptions = {}): Promise<LocalServer> {
  const { password, acl, tls, settings = [] } = options;
  const memcached = kind === 'memcached';
  if (memcached && (password !== undefined || acl || tls)) {
    throw new Error('Memcached has no password, users or TLS here; leave them out.');
  }
  const home = await openHome(kind, options, { directory: false });
  return memcached ? startMemcached(home, settings) : startStandalone(home, settings);
}

function startStandalone(home: EngineHome, settings: readonly string[]): Promise<LocalEngine> {
  return startNode(home, {
    // On a command line a password is no secret on this machine; it needs no file, and tests start many.
    command: (port) => [
      ...asArguments([...usualSettings(home, port), ...DATA_SETTINGS, ['appendonly', 'no']]),
      ...settings,
    ],
    ready: /Ready to accept connections/,
    dispose: () => home.remove(),
  });
}

function startMemcached(home: EngineHome, settings: readonly string[]): Promise<LocalServer> {
  // It refuses root unless told the user to become; where it may not switch, the switch is ignored.
  const user = process.getuid?.() === 0 ? ['--user', 'root'] : [];
  return startServer({
    name: home.program.name,
    version: home.version,
    url: (port) => `memcached://127.0.0.1:${port}`,
    command: (port) => ({
      program: home.program.path,
      args: ['--port', `${port}`, '--listen', '127.0.0.1', ...user, ...settings],
      graceSeconds: 3,
      account: home.account,
      cwd: tmpdir(),
    }),
    ready: async (process, port) => {
      while (!(await memcachedAnswers(process, port))) {
        if (!process.running) throw new Error('It ended.');
        await pollAgain();
      }
    },
    readyWithinSeconds: 10,
    remedy: `Does "${home.program.path}" run by itself?`,
  });
}

/** It logs nothing when it is ready, but its statistics name its process. */
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

function pollAgain(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
