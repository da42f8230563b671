/** Makes one call after the other. Resolves with the milliseconds that each of them took. */
export async function timesOf(calls: number, call: (turn: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < calls; turn++) {
    const startedAt = performance.now();
    await call(turn);
    times.push(performance.now() - startedAt);
  }
  return times;
}
