import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { canReach, unprivilegedAccount } from './account.js';
import { type EngineKind, type EngineProgram, engineVersion, findEngine } from './engine-program.js';
import type { GuardedProcess } from './guarded-process.js';
import { type LocalServer, type ServerRecipe, startServer } from './local-server.js';

export interface EngineOptions {
  /** For tests: a password on the command line is no secret on this machine. Redis and Valkey only. */
  readonly password?: string;
  /** More of the program's own command line, e.g. `['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']`. */
  readonly settings?: readonly string[];
}

/**
 * Starts a Redis, Valkey or Memcached server that keeps nothing on disk and, for Redis and Valkey,
 * evicts nothing. Rejects when the program is not installed.
 */
export async function startEngine(kind: EngineKind, options: EngineOptions = {}): Promise<LocalServer> {
  const program = findEngine(kind);
  if (!program) throw new Error(`No ${kind} server is installed. Install one: npm start -- --engine ${kind}`);
  const [version, nobody] = await Promise.all([engineVersion(program), unprivilegedAccount('nobody')]);
  const account = (await canReach(nobody, program.path)) ? nobody : undefined;
  const recipe = kind === 'memcached' ? memcached(program, options) : redisLike(program, options);
  return startServer({
    name: program.name,
    version,
    readyWithinSeconds: 10,
    remedy: `Does "${program.path}" run by itself?`,
    ...recipe,
    command: (port) => ({
      program: program.path,
      args: [...recipe.args(port), ...(options.settings ?? [])],
      graceSeconds: 3,
      account,
      cwd: tmpdir(),
    }),
  });
}

const LOOPBACK_ONLY_IN_MEMORY =
  '--bind 127.0.0.1 --daemonize no --appendonly no --maxmemory-policy noeviction'.split(' ');

type EngineRecipe = Pick<ServerRecipe, 'url' | 'ready'> & { args: (port: number) => string[] };

function redisLike(program: EngineProgram, { password }: EngineOptions): EngineRecipe {
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return {
    url: (port) => `${program.kind}://${credentials}127.0.0.1:${port}/0`,
    args: (port) => [
      '--port',
      `${port}`,
      '--save',
      '',
      ...LOOPBACK_ONLY_IN_MEMORY,
      ...(password === undefined ? [] : ['--requirepass', password]),
    ],
    // Its own log, because a PING may be answered by whoever took the port.
    ready: (process) => process.logged(/Ready to accept connections/),
  };
}

function memcached(program: EngineProgram, { password }: EngineOptions): EngineRecipe {
  if (password !== undefined) throw new Error('Memcached has no password here; leave it out.');
  return {
    url: (port) => `memcached://127.0.0.1:${port}`,
    // It refuses root unless told the user to become; where it may not switch, the switch is ignored.
    args: (port) => ['--port', `${port}`, '--listen', '127.0.0.1', ...(isRoot() ? ['--user', 'root'] : [])],
    ready: async (process, port) => {
      while (!(await memcachedAnswers(process, port))) {
        if (!process.running) throw new Error('It ended.');
        await pollAgain();
      }
    },
  };
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

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function pollAgain(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
