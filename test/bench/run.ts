import { Logger } from '@nestjs/common';
import { type Benchmark, isMet } from './benchmark.js';
import { boardEngineCpu } from './board-engine-cpu.js';
import { boardRanks } from './board-ranks.js';
import { boardRebuild } from './board-rebuild.js';
import { boardSql } from './board-sql.js';
import { boardSubmissions } from './board-submissions.js';
import { breakerOpen } from './breaker-open.js';
import { engineHit, localHit } from './cache-hits.js';
import { coherence, stampede } from './cache-nodes.js';
import { cacheOutages } from './cache-outages.js';
import { connectionStorm } from './connection-storm.js';
import { cpuPerGet } from './cpu-per-get.js';
import { doubleExecutions } from './double-executions.js';
import { expiryWave } from './expiry-wave.js';
import { failoverLosses, failoverTimeline } from './failover-timeline.js';
import { httpHit } from './http-hit.js';
import { ladder } from './ladder.js';
import { localStacks } from './local-stacks.js';
import { lookupTrace } from './lookup-trace.js';
import { formatReport } from './report.js';

const BENCHMARKS = [
  cpuPerGet,
  breakerOpen,
  doubleExecutions,
  localStacks,
  connectionStorm,
  failoverTimeline,
  failoverLosses,
  localHit,
  engineHit,
  httpHit,
  coherence,
  stampede,
  ladder,
  expiryWave,
  lookupTrace,
  cacheOutages,
  boardRanks,
  boardSubmissions,
  boardEngineCpu,
  boardRebuild,
  boardSql,
];

const names = BENCHMARKS.map(({ name }) => name).join(', ');
const usage = `Usage: npm run bench -- [name...]\nThere are ${names}; without a name all of them run, one after the other.`;

// Progress goes to stderr, so that stdout is the reports alone.
const say = (progress: string) => process.stderr.write(`${progress}\n`);

function choose(asked: readonly string[]): Benchmark[] {
  const unknown = asked.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) throw new Error(`There is no benchmark "${unknown.join('", "')}".\n${usage}`);
  return BENCHMARKS.filter(({ name }) => asked.length === 0 || asked.includes(name));
}

async function main(): Promise<void> {
  let missed = 0;
  for (const benchmark of choose(process.argv.slice(2))) {
    const measurement = await benchmark.measure((progress) => say(`${benchmark.name}: ${progress}`));
    process.stdout.write(`${formatReport(benchmark, measurement)}\n`);
    missed += measurement.goals.filter((goal) => !isMet(goal)).length;
  }
  if (missed === 0) return;
  say(`${missed} goal(s) missed, see above.`);
  process.exitCode = 1;
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${usage}\n`);
} else {
  // Outages are what half of these are about: the engine's log of them would drown the figures.
  Logger.overrideLogger(false);
  await main().catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  });
}
