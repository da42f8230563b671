import { capacity } from './capacity/capacity.js';
import { growth } from './growth/growth.js';
import { ranks } from './leaderboard/ranks.js';
import { submissions } from './leaderboard/submissions.js';
import { viewers } from './leaderboard/viewers.js';
import { peers } from './peers/peers.js';
import { queryCacheMixes } from './query-cache/mixes.js';
import { queryCacheReads } from './query-cache/reads.js';
import type { Scenario } from './scenario.js';
import { sessions } from './sessions/sessions.js';

/** All scenarios, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  queryCacheReads,
  queryCacheMixes,
  sessions,
  ranks,
  submissions,
  viewers,
  capacity,
  peers,
  growth,
];
