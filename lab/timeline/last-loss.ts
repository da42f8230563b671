import type { Control } from '../stack/control.js';

/** Seconds by the clock of the lab from the fault to the last of these acknowledgements, all of which were lost. 0: none was lost after the fault. */
export function secondsToLastLoss(
  lostAt: readonly number[],
  faultAt: number,
  control: Pick<Control, 'elapsed'>,
): number {
  return Math.max(0, ...lostAt.map((at) => control.elapsed(faultAt, at))) / 1000;
}
