import { join } from 'node:path';
import { freePort } from '../../local/machine/free-port.js';
import { type Exit, GuardedProcess } from '../../local/processes/guarded-process.js';
import { buildStale, SERVER } from '../../local/launcher/app/build.js';
import { PAGE } from '../../local/launcher/demo/page.js';
import type { Settings } from './settings.js';
import { until } from './until.js';

const DIST = join(process.cwd(), 'dist');
const STOPS_WITHIN_SECONDS = 15;

/** The built application in a separate process, which cannot outlive this one. */
export interface DistProcess {
  readonly url: string;
  readonly pid: number;
  /** Its output so far, stdout and stderr. */
  readonly lines: readonly string[];
  readonly exited: Promise<Exit>;
  /** Resolves when its output has a matching line. */
  says(pattern: RegExp): Promise<void>;
  /** Sends SIGTERM and resolves when it has exited. */
  stop(): Promise<Exit>;
  /** Sends SIGKILL and resolves when it has exited. */
  kill(): Promise<void>;
}

/** Builds the app and the page, unless they are up to date. */
export async function build(): Promise<void> {
  await buildStale(process.cwd(), [SERVER, PAGE]);
}

/** Starts the app on PORT or on a free port. Resolves when it listens. Its engines and database may be down. */
export async function startDist(settings: Settings): Promise<DistProcess> {
  const port = settings['PORT'] ?? `${await freePort()}`;
  const app = await run({ ...settings, PORT: port });
  await app.process.logged(/Listening on/);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: app.process.pid,
    lines: app.lines,
    exited: app.process.exited,
    says: (pattern) => until(() => app.lines.some((line) => pattern.test(line))),
    stop: () => app.process.stop(),
    kill: async () => {
      process.kill(app.process.pid, 'SIGKILL');
      await app.process.exited;
    },
  };
}

/** Runs the app until it exits by itself. */
export async function runDist(settings: Settings): Promise<Exit & { output: string }> {
  const app = await run(settings);
  const exit = await app.process.exited;
  return { ...exit, output: app.lines.join('\n') };
}

async function run(settings: Settings) {
  const lines: string[] = [];
  const process = await GuardedProcess.start({
    program: globalThis.process.execPath,
    args: [join(DIST, 'main.js')],
    // Without the developer's .env file and environment variables.
    cwd: DIST,
    env: { PATH: globalThis.process.env['PATH'], ...settings },
    graceSeconds: STOPS_WITHIN_SECONDS,
    onLine: (line) => lines.push(line),
  });
  return { process, lines };
}
