import { fileURLToPath } from 'node:url';
import { freePort } from '../../local/machine/free-port.js';
import { GuardedProcess } from '../../local/processes/guarded-process.js';

export interface Stack {
  url: string;
  /** null if the launcher started no engine of its own, or several. */
  engineUrl: string | null;
  /** Opens the inspector of the app's process. Resolves with its URL. */
  inspect(): Promise<string>;
  stop(): Promise<unknown>;
}

/** Node.js opens its inspector when it receives SIGUSR1, with this on a free port. */
const ANY_INSPECTOR_PORT = `${process.env['NODE_OPTIONS'] ?? ''} --inspect-port=127.0.0.1:0`.trim();

const INSPECTOR = /Debugger listening on (ws:\S+)/;

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts engine, database and app as `npm start` does, on a free port. Resolves when the app is ready.
 *
 * @param settings replace those of the environment.
 */
export async function startStack(
  signal: AbortSignal,
  say: (progress: string) => void,
  settings: NodeJS.ProcessEnv = {},
): Promise<Stack> {
  const port = await freePort();
  let engineUrl: string | null = null;
  let appPid = 0;
  let inspectorUrl = '';
  const onLine = (line: string) => {
    engineUrl ??= engineUrlIn(line);
    appPid ||= Number(/^app .* pid (\d+)/.exec(line)?.[1] ?? 0);
    inspectorUrl ||= INSPECTOR.exec(line)?.[1] ?? '';
    say(line);
  };
  const launcher = await GuardedProcess.start({
    program: process.execPath,
    args: ['--import', 'tsx', 'local/start.ts'],
    cwd: repository,
    env: { ...process.env, ...settings, PORT: String(port), NODE_OPTIONS: ANY_INSPECTOR_PORT },
    graceSeconds: 30,
    onLine,
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
  const inspect = async () => {
    process.kill(appPid, 'SIGUSR1');
    await launcher.logged(INSPECTOR);
    return inspectorUrl;
  };
  return { url: `http://localhost:${port}`, engineUrl, inspect, stop: () => launcher.stop() };
}

/** For example `engine     valkey-server 8.0.1  valkey://127.0.0.1:6379/0  pid 123`. */
export function engineUrlIn(line: string): string | null {
  return /^engine .*\s((?:redis|valkey):\/\/127\.0\.0\.1:\d+\/0)\s+pid/.exec(line)?.[1] ?? null;
}
