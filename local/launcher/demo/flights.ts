import { fork } from 'node:child_process';
import { join } from 'node:path';
import { wholeNumber } from '../command-line/options.js';
import type { Progress } from '../command-line/progress.js';
import type { DatasetReader, LoadOptions } from '../project.js';

/** The messages of src/demo/flights/dataset/load.ts. */
type LoadMessage =
  | { readonly progress: { step: 'copying' | 'indexing'; rows: number; rowsTotal: number } }
  | { readonly result: { outcome: 'loaded' | 'replaced' | 'kept'; rows: number } };

interface LoadedFlights {
  readonly outcome: 'loaded' | 'replaced' | 'kept';
  readonly rows: number;
}

const ALL_ROWS = 3_000_000;
const ALL_ROWS_BYTES = 1.3e9;
const OUTCOMES = { loaded: 'loaded', replaced: 'loaded, replacing other data', kept: 'already loaded' };

/** The flights of the demo. `DATASET_ROWS` limits how many are loaded. */
export const FLIGHTS: DatasetReader = {
  help: `  DATASET_ROWS=${ALL_ROWS}  how many flights to load`,
  read: ({ DATASET_ROWS }) => {
    const rows = DATASET_ROWS ? wholeNumber('DATASET_ROWS', DATASET_ROWS, 1, ALL_ROWS) : undefined;
    return {
      name: 'flights',
      bytes: ((rows ?? ALL_ROWS) / ALL_ROWS) * ALL_ROWS_BYTES,
      advice: 'load fewer flights (DATASET_ROWS=100000 npm start)',
      load: async (options) => {
        const loaded = await loadFlights(rows, options);
        return `${loaded.rows.toLocaleString('en')} ${OUTCOMES[loaded.outcome]}`;
      },
    };
  },
};

/** Runs the data loader. It exits with this process, because it watches the IPC channel. */
function loadFlights(
  rows: number | undefined,
  { root, databaseUrl, onProgress }: LoadOptions,
): Promise<LoadedFlights> {
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
