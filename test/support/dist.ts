import { join } from 'node:path';
import { freePort } from '../../local/machine/free-port.js';
import { type Exit, GuardedProcess } from '../../local/processes/guarded-process.js';
import { buildStale } from '../../local/launcher/app/build.js';
import type { Settings } from './settings.js';
import { until } from './until.js';

const DIST = join(process.cwd(), 'dist');
const STOPS_WITHIN_SECONDS = 15;

/** The built application as a process of its own, which cannot outlive this one. */
export interface DistProcess {
  readonly url: string;
  readonly pid: number;
  /** What it wrote, to stdout and stderr. */
  readonly lines: readonly string[];
  readonly exited: Promise<Exit>;
  /** Resolves once it has written such a line. */
  says(pattern: RegExp): Promise<void>;
  /** Asks it to stop. */
  stop(): Promise<Exit>;
  /** As `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Builds what `npm run build` does, unless it is there from these very sources. */
export async function build(): Promise<void> {
  await buildStale(process.cwd(), { serverToo: true });
}

/** Resolves as soon as it listens, on a free port unless PORT is set; what it needs may be away still. */
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

/** Runs it until it ends by itself. */
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
    // Where no developer's .env is, and with none of their environment.
    cwd: DIST,
    env: { PATH: globalThis.process.env['PATH'], ...settings },
    graceSeconds: STOPS_WITHIN_SECONDS,
    onLine: (line) => lines.push(line),
  });
  return { process, lines };
}
