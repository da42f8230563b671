/** Seconds from the fault to the last of these acknowledgements, all of which were lost. 0: none was lost after the fault. */
export function secondsToLastLoss(lostAt: readonly number[], faultAt: number): number {
  return Math.max(0, ...lostAt.map((at) => at - faultAt)) / 1000;
}
