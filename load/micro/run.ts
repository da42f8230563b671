import { Logger } from '@nestjs/common';
import { usageOf } from '../usage.js';
import { runCommand } from '../running/command.js';
import { MICRO_BENCHMARKS } from './benchmarks.js';

const ENDING = [
  'Exits with 1 if a goal is missed. A benchmark without --rounds or --seconds has a fixed number or length of them.',
];
const args = process.argv.slice(2);

if (args.includes('--help')) {
  process.stdout.write(`${usageOf('npm run bench', MICRO_BENCHMARKS, ENDING)}\n`);
} else {
  // Half of the benchmarks cause outages, which the engine would log.
  Logger.overrideLogger(false);
  const command = { name: 'npm run bench', scenarios: MICRO_BENCHMARKS, mustMeetGoals: true };
  // A failed benchmark may have left servers running. They end with this process.
  process.exit(await runCommand(command, args));
}
