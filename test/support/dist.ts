import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { GuardedProcess } from '../../local/guarded-process.js';
import type { Settings } from './settings.js';

const run = promisify(execFile);

export interface DistProcess {
  url: string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Builds `dist/` as `npm run build` does. */
export async function build(): Promise<void> {
  await run('npx', ['nest', 'build']);
}

/** The path of another Node.js, from its npm package. */
export async function nodeBinary(version: string): Promise<string> {
  const { stdout } = await run('npx', ['--yes', `node@${version}`, '--print', 'process.execPath']);
  return stdout.trim();
}

/** Runs the built application as its own process, which cannot outlive this one. */
export async function startDist(settings: Settings, node = process.execPath): Promise<DistProcess> {
  const port = String(await freePort());
  const app = await start({ ...settings, PORT: port }, node);
  await app.process.logged(/^ready /);
  return { url: `http://127.0.0.1:${port}`, stop: async () => (await app.process.stop()).code };
}

/** Runs the built application until it ends by itself. */
export async function runDist(settings: Settings): Promise<{ code: number | null; output: string }> {
  const app = await start(settings, process.execPath);
  const { code } = await app.process.exited;
  return { code, output: app.lines.join('\n') };
}

async function start(settings: Settings, node: string) {
  const lines: string[] = [];
  const guarded = await GuardedProcess.start({
    program: node,
    args: ['dist/main.js'],
    cwd: process.cwd(),
    env: { ...bareEnvironment(), ...settings },
    graceSeconds: 12,
    onLine: (line) => lines.push(line),
  });
  return { process: guarded, lines };
}

/** Without this process's own settings, but with what programs need. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(DEMO|PORT|HOST|.*_URL|VITEST.*)$/.test(name)),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
