import { loadFlightsDataset, type LoadProgress, type LoadResult } from './flights.dataset.js';
import { type LoadArguments, loadArguments, USAGE } from './load-arguments.js';
import { describeLoadFailure } from './load-failure.js';

/** Sent to a parent that forked this file with a channel, instead of being printed. */
export type LoadMessage = { readonly progress: LoadProgress } | { readonly result: LoadResult };

const OUTCOMES: Record<LoadResult['outcome'], string> = {
  loaded: 'flights loaded',
  replaced: 'flights loaded, replacing another data set',
  kept: 'flights are loaded already',
};

// Without the parent the load has no purpose, and its servers are stopping. The transaction is rolled back.
process.once('disconnect', () => process.exit(1));
// The channel must not keep a finished load alive.
process.channel?.unref();

const command = readArguments();
if (command.help) console.log(USAGE);
else await load(command);

function readArguments(): LoadArguments {
  try {
    return loadArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message} See --help.`);
    return process.exit(2);
  }
}

async function load({ databaseUrl, rows }: LoadArguments & { help: false }): Promise<void> {
  try {
    const result = await loadFlightsDataset({ databaseUrl, rows, onProgress: reportParts() });
    report({ result }, `${result.rows.toLocaleString('en')} ${OUTCOMES[result.outcome]}`);
  } catch (error) {
    console.error(describeLoadFailure(error, databaseUrl));
    process.exit(1);
  }
}

/** Reports each hundredth to a parent process, each tenth to a log. */
function reportParts(): (progress: LoadProgress) => void {
  const parts = process.send ? 100 : 10;
  let reported = 0;
  return (progress) => {
    const part = Math.floor((progress.rows / progress.rowsTotal) * parts);
    if (part === reported && progress.step === 'copying') return;
    reported = part;
    const doing = progress.step === 'copying' ? 'flights copied' : 'flights copied, building the indexes';
    report({ progress }, `${progress.rows.toLocaleString('en')} ${doing}`);
  };
}

function report(message: LoadMessage, line: string): void {
  if (process.send) process.send(message);
  else console.log(line);
}
