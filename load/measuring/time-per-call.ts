/** The time of one call of many, one after the other, in microseconds. */
export async function timePerCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  const startedAt = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - startedAt) * 1_000) / calls;
}
