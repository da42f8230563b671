import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { createServer } from 'node:net';
import type { Settings } from './settings.js';

export interface DistProcess {
  url: string;
  /** Everything it printed so far. */
  output(): string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Builds `dist/` as `npm run build` does. */
export async function build(): Promise<void> {
  await promisify(execFile)('npx', ['nest', 'build']);
}

/** Runs the built application as its own process; `node` is another Node.js to run it with. */
export async function startDist(
  settings: Settings,
  node: string[] = [process.execPath],
): Promise<DistProcess> {
  const port = String(await freePort());
  const [program, ...args] = [...node, 'dist/main.js'];
  const child = spawn(program, args, { env: { ...bareEnvironment(), ...settings, PORT: port } });
  let output = '';
  const listen = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => output.includes(`ready http://localhost:${port}`) && resolve());
    child.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
  return { url: `http://127.0.0.1:${port}`, output: () => output, stop: () => stop(child) };
}

/** Runs the built application until it ends by itself. */
export async function runDist(settings: Settings): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['dist/main.js'], { env: { ...bareEnvironment(), ...settings } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Without this process's own settings, but with what programs and package managers need. */
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
