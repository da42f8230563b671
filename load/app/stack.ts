import { fileURLToPath } from 'node:url';
import { freePort } from '../../local/machine/free-port.js';
import { GuardedProcess } from '../../local/processes/guarded-process.js';

export interface Stack {
  url: string;
  stop(): Promise<unknown>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Starts engine, database and app as `npm start` does, on a free port. Resolves when the app is ready. */
export async function startStack(signal: AbortSignal, say: (progress: string) => void): Promise<Stack> {
  const port = await freePort();
  const launcher = await GuardedProcess.start({
    program: process.execPath,
    args: ['--import', 'tsx', 'local/start.ts'],
    cwd: repository,
    env: { ...process.env, PORT: String(port) },
    graceSeconds: 30,
    onLine: say,
  });
  const interrupt = () => void launcher.stop();
  signal.addEventListener('abort', interrupt);
  try {
    await launcher.logged(/^ready http/);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error('The stack did not start. The lines above give the reason.', { cause });
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  return { url: `http://localhost:${port}`, stop: () => launcher.stop() };
}
