import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Progress } from '../command-line/progress.js';

/** The messages of src/demo/flights/dataset/load.ts. */
type LoadMessage =
  | { readonly progress: { step: 'copying' | 'indexing'; rows: number; rowsTotal: number } }
  | { readonly result: { outcome: 'loaded' | 'replaced' | 'kept'; rows: number } };

export interface LoadedFlights {
  readonly outcome: 'loaded' | 'replaced' | 'kept';
  readonly rows: number;
}

export interface FlightsOptions {
  readonly root: string;
  readonly databaseUrl: string;
  readonly rows: number | undefined;
  readonly onProgress: (progress: Progress) => void;
}

/** Runs the data loader. It exits with this process, because it watches the IPC channel. */
export function loadFlights({ root, databaseUrl, rows, onProgress }: FlightsOptions): Promise<LoadedFlights> {
  // Every user of this machine can read command lines, so the password goes through PGPASSWORD.
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  const args = ['--database', url.href, ...(rows === undefined ? [] : ['--rows', `${rows}`])];
  const loader = fork(join(root, 'src/demo/flights/dataset/load.ts'), args, {
    cwd: root,
    // A process group of its own: with Ctrl-C the terminal would stop it too, which would look like a failure.
    detached: true,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...(password && { PGPASSWORD: password }) },
  });
  let started: number | undefined;
  let result: LoadedFlights | undefined;
  let errors = '';
  loader.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  loader.on('message', (message: LoadMessage) => {
    if ('result' in message) result = message.result;
    else onProgress(toProgress(message.progress, Date.now() - (started ??= Date.now())));
  });
  return new Promise((resolve, reject) => {
    loader.once('error', reject);
    loader.once('close', (code, signal) => {
      if (result && code === 0) resolve(result);
      else
        reject(
          new Error(
            errors.trim() ||
              `Loading the flights failed: the loader exited with ${signal ?? `code ${code}`}.`,
          ),
        );
    });
  });
}

function toProgress(
  { step, rows, rowsTotal }: { step: 'copying' | 'indexing'; rows: number; rowsTotal: number },
  elapsedMilliseconds: number,
): Progress {
  const note = step === 'indexing' ? 'building the indexes' : undefined;
  return { done: rows, total: rowsTotal, elapsedMilliseconds, note };
}
