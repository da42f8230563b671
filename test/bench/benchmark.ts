/** One figure: how it is measured, and its goals. */
export interface Benchmark {
  readonly name: string;
  /** The method in one or two lines. */
  readonly method: string;
  /** Counts and times are limited, so it ends by itself. `say` prints progress, not results. */
  measure(say: (progress: string) => void): Promise<Measurement>;
}

export interface Measurement {
  /** Names and versions, for example "valkey-server 8.0.1". */
  readonly servers: string;
  /** A header and rows. The first two columns are names. */
  readonly table: readonly string[][];
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly figure: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** For example "µs". Undefined for a ratio or a count. */
  readonly unit?: string;
}

export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Goal): boolean {
  return value <= atMost && value >= atLeast;
}
