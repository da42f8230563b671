import { EngineUnavailableError } from '../local/installation/ensure-engine.js';
import { UsageError } from '../local/launcher/command-line/options.js';
import { interruption } from '../load/running/interruption.js';
import { describeMachine } from '../load/report/machine.js';
import { EXPERIMENTS } from './experiments.js';
import { parseOptions, usageOf } from './options.js';
import { type ExperimentResult, holds, type LabReport } from './report/report.js';
import { earlierReport, requireWritable, saveReport } from './report/save.js';
import { formatText } from './report/text.js';
import { runAll } from './running/run-all.js';

// Progress is written to stderr, so that stdout contains only the report.
const say = (progress: string) => void process.stderr.write(`${progress}\n`);

/** Resolves with the exit code: 1 if a claim does not hold or an experiment failed, 2 for a wrong option. */
async function run(args: string[]): Promise<number> {
  const options = parseOptions(args, EXPERIMENTS);
  await requireWritable(options);
  const machine = describeMachine();
  const earlier = await earlierReport(options, machine);
  const date = earlier?.date ?? new Date().toISOString();
  const reportOf = (experiments: readonly ExperimentResult[]): LabReport => ({
    date,
    command: ['npm run lab', '--', ...args.filter((arg) => arg !== '--continue')].join(' '),
    machine,
    options: { quick: options.quick },
    // A continued run measures the missing ones last.
    experiments: EXPERIMENTS.flatMap(({ name, topologies }) =>
      topologies.flatMap((topology) =>
        experiments.filter((result) => result.name === name && result.topology === topology),
      ),
    ),
  });
  let files: readonly string[] = [];
  const { results, failures } = await runAll(options, {
    signal: interruption(),
    say,
    earlier: earlier?.experiments ?? [],
    save: async (resultsSoFar) => {
      files = await saveReport(reportOf(resultsSoFar), options);
    },
  });
  if (results.length > 0) process.stdout.write(`${formatText(reportOf(results))}\n`);
  for (const file of files) say(`Written to ${file}`);
  for (const failure of failures) say(failure);
  return failures.length === 0 && results.every(holds) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(`${usageOf(EXPERIMENTS)}\n`);
} else {
  process.exitCode = await run(args).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError || error instanceof EngineUnavailableError ? 2 : 1;
  });
  // What an interrupted experiment still waits for must not keep the process alive.
  process.exit();
}
