import type { ServersScenario } from '../scenario.js';
import { clients } from './clients/clients.js';
import { breakerOpen } from './engine/breaker-open.js';
import { connectionStorm } from './engine/connection-storm.js';
import { cpuPerGet } from './engine/cpu-per-get.js';
import { doubleExecutions } from './engine/double-executions.js';
import { failoverLosses, failoverTimeline } from './engine/failover-timeline.js';
import { localStacks } from './engine/local-stacks.js';
import { boardEngineCpu } from './leaderboard/board-engine-cpu.js';
import { boardMemory } from './leaderboard/board-memory.js';
import { boardPruning } from './leaderboard/board-pruning.js';
import { boardRanks } from './leaderboard/board-ranks.js';
import { boardRebuild } from './leaderboard/board-rebuild.js';
import { boardSql } from './leaderboard/board-sql.js';
import { boardSubmissions } from './leaderboard/board-submissions.js';
import { engineHit, localHit } from './query-cache/cache-hits.js';
import { stampede } from './query-cache/cache-nodes.js';
import { cacheOutages } from './query-cache/cache-outages.js';
import { changesElsewhere } from './query-cache/changes-elsewhere.js';
import { coherence } from './query-cache/coherence.js';
import { flightAnswers } from './query-cache/flight-answers.js';
import { expiryWave } from './query-cache/expiry-wave.js';
import { ladder } from './query-cache/ladder.js';
import { largeAnswers } from './query-cache/large-answers.js';
import { lookupTrace } from './query-cache/lookup-trace.js';
import { signUps } from './sessions/sign-ups.js';

/** All micro-benchmarks, in the order of the report. */
export const MICRO_BENCHMARKS: readonly ServersScenario[] = [
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
  flightAnswers,
  coherence,
  changesElsewhere,
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
  boardMemory,
  boardPruning,
  signUps,
];
