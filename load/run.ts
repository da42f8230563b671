import { usageOf } from './usage.js';
import { runCommand, say } from './running/command.js';
import { SCENARIOS } from './scenarios.js';

const ENDING = [
  'Exits with 1 if a request fails. A missed goal is no failure.',
  'The micro-benchmarks: npm run bench -- --help',
];
const args = process.argv.slice(2);

/** The micro-benchmarks are compiled before they run, see micro/README.md. Resolves with the names of those among the arguments. */
async function microBenchmarksIn(names: readonly string[]): Promise<string[]> {
  const unknown = names.filter((arg) => /^[a-z]/.test(arg) && SCENARIOS.every(({ name }) => name !== arg));
  if (unknown.length === 0) return [];
  const { MICRO_BENCHMARKS } = await import('./micro/benchmarks.js');
  return unknown.filter((arg) => MICRO_BENCHMARKS.some(({ name }) => name === arg));
}

if (args.includes('--help')) {
  process.stdout.write(`${usageOf('npm run load', SCENARIOS, ENDING)}\n`);
} else {
  const micro = await microBenchmarksIn(args);
  if (micro.length > 0) say(`This is a micro-benchmark. Run it with: npm run bench -- ${micro.join(' ')}`);
  process.exitCode =
    micro.length > 0
      ? 1
      : await runCommand({ name: 'npm run load', scenarios: SCENARIOS, mustMeetGoals: false }, args);
  // What an interrupted scenario still waits for must not keep the process alive.
  process.exit();
}
