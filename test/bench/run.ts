import { Logger } from '@nestjs/common';
import { EngineUnavailableError } from '../../local/index.js';
import { type Benchmark, isMet, type Measurement } from './benchmark.js';
import { boardEngineCpu } from './board-engine-cpu.js';
import { boardRanks } from './board-ranks.js';
import { boardRebuild } from './board-rebuild.js';
import { boardSql } from './board-sql.js';
import { boardSubmissions } from './board-submissions.js';
import { breakerOpen } from './breaker-open.js';
import { engineHit, localHit } from './cache-hits.js';
import { stampede } from './cache-nodes.js';
import { cacheOutages } from './cache-outages.js';
import { clients } from './clients.js';
import { coherence } from './coherence.js';
import { connectionStorm } from './connection-storm.js';
import { cpuPerGet } from './cpu-per-get.js';
import { doubleExecutions } from './double-executions.js';
import { expiryWave } from './expiry-wave.js';
import { failoverLosses, failoverTimeline } from './failover-timeline.js';
import { httpHit } from './http-hit.js';
import { largeAnswers } from './large-answers.js';
import { ladder } from './ladder.js';
import { localStacks } from './local-stacks.js';
import { lookupTrace } from './lookup-trace.js';
import { formatReport } from './report.js';
import { signUps } from './sign-ups.js';

const BENCHMARKS = [
  cpuPerGet,
  breakerOpen,
  doubleExecutions,
  localStacks,
  connectionStorm,
  failoverTimeline,
  failoverLosses,
  clients,
  localHit,
  engineHit,
  httpHit,
  coherence,
  stampede,
  ladder,
  expiryWave,
  lookupTrace,
  cacheOutages,
  largeAnswers,
  boardRanks,
  boardSubmissions,
  boardEngineCpu,
  boardRebuild,
  boardSql,
  signUps,
];

const names = BENCHMARKS.map(({ name }) => name).join(', ');
const usage = `Usage: npm run bench -- [name...]\nThe benchmarks are ${names}. Without a name all of them run, one after the other.`;

// Progress goes to stderr, so that stdout contains only the reports.
const say = (progress: string) => process.stderr.write(`${progress}\n`);

function choose(requested: readonly string[]): Benchmark[] {
  const unknown = requested.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) throw new Error(`There is no benchmark "${unknown.join('", "')}".\n${usage}`);
  return BENCHMARKS.filter(({ name }) => requested.length === 0 || requested.includes(name));
}

/** Resolves with true if all goals of the requested benchmarks are met. */
async function main(requested: readonly string[]): Promise<boolean> {
  let missed = 0;
  let skipped = 0;
  for (const benchmark of choose(requested)) {
    const measurement = await measureOrSkip(benchmark);
    if (measurement) process.stdout.write(`${formatReport(benchmark, measurement)}\n`);
    else skipped += 1;
    missed += measurement?.goals.filter((goal) => !isMet(goal)).length ?? 0;
  }
  if (missed > 0) say(`${missed} goal(s) missed, see above.`);
  return missed === 0 && (skipped === 0 || requested.length === 0);
}

/** Resolves with undefined if the benchmark needs an engine that is not installed. */
async function measureOrSkip(benchmark: Benchmark): Promise<Measurement | undefined> {
  try {
    return await benchmark.measure((progress) => say(`${benchmark.name}: ${progress}`));
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error;
    say(`${benchmark.name}: skipped. ${error.message}`);
    return undefined;
  }
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${usage}\n`);
} else {
  // Half of the benchmarks cause outages, which the engine would log.
  Logger.overrideLogger(false);
  const succeeded = await main(process.argv.slice(2)).catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return false;
  });
  // A failed benchmark may have left servers running. They end with this process.
  process.exit(succeeded ? 0 : 1);
}
