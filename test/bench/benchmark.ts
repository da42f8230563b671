/** One figure: how it is measured, and what is wanted of it. */
export interface Benchmark {
  readonly name: string;
  /** What is done, in a line or two. */
  readonly method: string;
  /** Ends by itself: counts and times are bounded. `say` is for progress, not for results. */
  measure(say: (progress: string) => void): Promise<Measurement>;
}

export interface Measurement {
  /** What was measured against, e.g. "valkey-server 8.0.1". */
  readonly servers: string;
  /** A header and its rows; the first two columns are names. */
  readonly table: readonly string[][];
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly figure: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** e.g. "µs"; nothing for a ratio or a count. */
  readonly unit?: string;
}

export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Goal): boolean {
  return value <= atMost && value >= atLeast;
}
