import type { LookupOutcome } from '../../../src/query-cache/query-cache.wire.js';

/** What each outcome of a lookup means. Its colour is `--outcome-NAME` in outcomes.css. */
export const outcomes: Record<LookupOutcome, string> = {
  hit: 'answered from memory',
  stale: 'answered from memory, expired, while a new answer is loaded',
  negative: 'answered from memory: nothing was found',
  coalesced: 'shared the load of another request',
  miss: 'not in memory: the database answered, and the answer is stored',
  reload: 'the database answered, and the answer replaced the stored one',
  bypass: 'straight from the database, the cache left alone',
  degraded: 'the engine did not answer, so the database did',
  error: 'no answer: the load failed, or the request was wrong',
};

export const outcomeNames = Object.keys(outcomes) as LookupOutcome[];
