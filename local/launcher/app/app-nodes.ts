import { randomBytes } from 'node:crypto';
import { type GuardedCommand, GuardedProcess } from '../../processes/guarded-process.js';

export interface ServerUrls {
  readonly database: string;
  readonly engine: string;
  readonly cacheEngine: string | undefined;
}

// Nodes may take 10 s to answer what they accepted.
const DRAIN_SECONDS = 12;

// V8 collects garbage with four helpers at once, however few cores there are: on two, everybody else waits for 50 ms. With 0 it counts them.
const APP = ['--v8-pool-size=0', 'dist/main.js'];

// Without a shell between, which would take the signals that are for the app.
const WATCH = [
  'node_modules/@nestjs/cli/bin/nest.js',
  'start',
  '--watch',
  '--preserveWatchOutput',
  '--no-shell',
];

/** One environment for all nodes of a stack: they read each other's sessions. */
export function appEnvironment(urls: ServerUrls, given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...given,
    HOST: '127.0.0.1',
    DEMO: 'true',
    COOKIE_SECURE: 'false',
    TRUST_PROXY: 'false',
    SHUTDOWN_DELAY_SECONDS: '0',
    DATABASE_URL: urls.database,
    ENGINE_URL: urls.engine,
    ...(urls.cacheEngine && { CACHE_ENGINE_URL: urls.cacheEngine }),
    SESSION_SECRETS: given['SESSION_SECRETS'] || newKey(),
    SESSION_SEALING_KEYS: given['SESSION_SEALING_KEYS'] || newKey(),
    OPERATOR_KEY: given['OPERATOR_KEY'] || newKey(),
    GAME_SERVER_KEY: given['GAME_SERVER_KEY'] || 'demo-game-server-key',
  };
}

export interface NodeOptions {
  readonly root: string;
  readonly watch: boolean;
  /** Listens for a debugger on 127.0.0.1:9229; takes effect with `watch` only. */
  readonly debug: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
}

export function startAppNode(port: number, options: NodeOptions): Promise<GuardedProcess> {
  const command: GuardedCommand = {
    program: process.execPath,
    args: nodeArguments(options),
    cwd: options.root,
    env: { ...options.environment, PORT: `${port}` },
    graceSeconds: DRAIN_SECONDS,
    onLine: options.onLine,
  };
  return GuardedProcess.start(command);
}

/** Nest turns on source maps itself. */
export function nodeArguments({ watch, debug }: Pick<NodeOptions, 'watch' | 'debug'>): readonly string[] {
  if (!watch) return APP;
  return debug ? [...WATCH, '--debug', '127.0.0.1:9229'] : WATCH;
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
