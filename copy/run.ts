import { resolve } from 'node:path';
import { readArguments, USAGE } from './arguments.js';
import { CopyError } from './copy-error.js';
import { copyModules, previewCopy } from './copy-modules.js';
import { createService } from './new-service/create-service.js';
import { conflictsOf, describeDifferences, describeModules, describePlan, describeResult } from './report.js';
import { readTemplates } from './templates/templates.js';

/** Where the command was typed: npm runs scripts in the repository. */
const CALLER = process.env.npm_lifecycle_event === 'copy' ? (process.env.INIT_CWD ?? '.') : '.';

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { action, ...request } = readArguments(args);
  if (action === 'help') return print(USAGE);
  if (action === 'list') return print(describeModules(readTemplates()));
  const options = { ...request, target: resolve(CALLER, request.target), signal };
  if (action === 'new') {
    await createService(options);
    return print(`Made ${options.target}. Start it: cd ${options.target} && npm ci && npm start`);
  }
  if (action === 'diff') return print(describeDifferences(previewCopy(options)));
  const plan = action === 'copy' ? await copyModules(options) : previewCopy(options);
  if (action === 'dry-run') print(describePlan(plan));
  print(describeResult(plan));
  if (action === 'dry-run') print('Nothing was changed.');
  return conflictsOf(plan).length > 0 ? 1 : 0;
}

function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

const interruption = new AbortController();
// Not once: npm sends a second SIGINT after that of the terminal, which must not end what undoes the copy.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

try {
  process.exitCode = await run(process.argv.slice(2), interruption.signal);
} catch (error) {
  if (!(error instanceof CopyError) && !interruption.signal.aborted) throw error;
  const message = error instanceof CopyError ? error.message : 'Interrupted. The target is as it was.';
  process.stderr.write(`${message}\n`);
  process.exitCode = interruption.signal.aborted ? 130 : 1;
}
