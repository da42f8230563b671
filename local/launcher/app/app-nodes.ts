import { randomBytes } from 'node:crypto';
import { type GuardedCommand, GuardedProcess } from '../../processes/guarded-process.js';

export interface ServerUrls {
  readonly database: string;
  readonly engine: string;
  readonly cacheEngine: string | undefined;
}

// A node has 10 s to complete the requests that it has accepted.
const DRAIN_SECONDS = 12;

// 0 = V8 chooses its garbage collection threads by the number of cores. The default of four delays all else by 50 ms on two cores.
const APP = ['--v8-pool-size=0', 'dist/main.js'];

// --no-shell: a shell in between would receive the app's signals.
const WATCH = [
  'node_modules/@nestjs/cli/bin/nest.js',
  'start',
  '--watch',
  '--preserveWatchOutput',
  '--no-shell',
];

/** The environment of all app nodes. They share the keys, so that each can read the others' sessions. */
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
  /** Opens the inspector on 127.0.0.1:9229. Ignored without `watch`. */
  readonly debug: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  /** Answers requests of the app. Not called in watch mode: the channel ends at the Nest CLI, which starts the app. */
  readonly onMessage?: (message: unknown) => Promise<object | undefined>;
}

/** Starts one app node. Does not wait until it is ready. */
export function startAppNode(port: number, options: NodeOptions): Promise<GuardedProcess> {
  const command: GuardedCommand = {
    program: process.execPath,
    args: nodeArguments(options),
    cwd: options.root,
    env: { ...options.environment, PORT: `${port}` },
    graceSeconds: DRAIN_SECONDS,
    onLine: options.onLine,
    ...(options.onMessage && !options.watch && { onMessage: options.onMessage }),
  };
  return GuardedProcess.start(command);
}

/** Arguments for Node.js. In watch mode the Nest CLI enables source maps itself. */
export function nodeArguments({ watch, debug }: Pick<NodeOptions, 'watch' | 'debug'>): readonly string[] {
  if (!watch) return APP;
  return debug ? [...WATCH, '--debug', '127.0.0.1:9229'] : WATCH;
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
