import type { ServerEvent } from '../../../src/demo/servers/servers.wire.js';
import type { Promotion } from './events/promotion.js';
import type { Tally } from './load/attempts.js';
import type { ScoreCheck } from './load/scores.js';

const CHANGES: Record<ServerEvent['kind'], string> = {
  killed: 'stopped',
  paused: 'was paused',
  resumed: 'was resumed',
  restarted: 'is running again',
  promoted: 'was promoted to primary',
  demoted: 'became a replica',
  added: 'was added',
  removed: 'was removed',
};

/** For example `replica-1 was promoted to primary`. */
export function describeChange({ name, kind }: Pick<ServerEvent, 'name' | 'kind'>): string {
  return `${name} ${CHANGES[kind]}`;
}

export function describePromotion({ lost, how, promoted, afterMs }: Promotion): string {
  const loss = how === 'paused' ? 'was paused' : 'stopped';
  return `${promoted} was promoted ${(afterMs / 1000).toFixed(1)} s after ${lost} ${loss}.`;
}

/** For example `2 of 174 requests failed, 1 more had no answer within 0.9 s.` */
export function describeRequests({ ok, failed, hung }: Tally, limitMs: number): string {
  const all = ok + failed + hung;
  if (failed + hung === 0) return `All ${all} requests were answered.`;
  const limit = `${limitMs / 1000} s`;
  return `Of ${all} requests, ${failed} failed and ${hung} had no answer within ${limit}.`;
}

export function describeScores({ acknowledged, found }: ScoreCheck): string {
  if (found === null) return `Scores acknowledged: ${acknowledged}. The board cannot be read now.`;
  return `Scores acknowledged: ${acknowledged}, on the board: ${found}, lost: ${acknowledged - found}.`;
}
