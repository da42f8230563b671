import type { CrowdLoad } from '../../../../src/demo/crowd/crowd.wire.js';

/** For example `43,000 of 100,000 players, 5,400 a second, 11 s left`. */
export function describeProgress({ from, players, target, elapsedMs }: CrowdLoad): string {
  const done = `${format(players)} of ${format(target)} players`;
  const perSecond = ((players - from) / Math.max(1, elapsedMs)) * 1_000;
  if (perSecond === 0) return done;
  const secondsLeft = Math.ceil((target - players) / perSecond);
  return `${done}, ${format(Math.round(perSecond))} a second, ${secondsLeft} s left`;
}

/** What became of a load that runs no longer. */
export function describeEnd({ state, from, players, elapsedMs, problem }: CrowdLoad): string {
  const added = `${format(players - from)} players were added in ${(elapsedMs / 1_000).toFixed(1)} s`;
  if (state === 'failed') return `${added}, then the load failed. ${problem ?? ''}`;
  if (state === 'cancelled') return `${added}, then the load was cancelled. They stay.`;
  return `${added}, through PostgreSQL and into the sorted set.`;
}

function format(value: number): string {
  return value.toLocaleString('en-US');
}
