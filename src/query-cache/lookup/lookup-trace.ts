import type { Lookup } from './cached-answer.js';
import type { LookupTrace } from '../query-cache.wire.js';

/** One lookup as it is published. Where it shared a load, that load's phases are somebody else's: here it waited. */
export function traceOf(
  { outcome, tier, localMs, engineMs, ttlSeconds, ...lookup }: Lookup,
  about: Pick<LookupTrace, 'query' | 'keyHash' | 'totalMs' | 'sqlLabel' | 'traceId'>,
): LookupTrace {
  const isOurs = outcome !== 'coalesced';
  const databaseMs = isOurs ? lookup.databaseMs : null;
  const storeMs = isOurs ? lookup.storeMs : null;
  const at = new Date().toISOString();
  const told = (localMs ?? 0) + (engineMs ?? 0) + (databaseMs ?? 0) + (storeMs ?? 0);
  const waitMs = Math.max(0, about.totalMs - told);
  return { at, ...about, outcome, tier, localMs, engineMs, waitMs, databaseMs, storeMs, ttlSeconds };
}
