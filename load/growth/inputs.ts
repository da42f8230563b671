import type { LoadOptions } from '../options.js';

/** What grows, and how long each point is measured. */
export interface Inputs {
  readonly connections: readonly number[];
  readonly keys: readonly number[];
  readonly bytes: readonly number[];
  readonly nodes: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
}

const FULL: Inputs = {
  connections: [1, 4, 16, 64, 256],
  keys: [1_000, 10_000, 100_000, 1_000_000],
  // The query cache stores answers of up to 1,000,000 bytes.
  bytes: [100, 1_000, 10_000, 100_000, 990_000],
  nodes: [1, 2, 3],
  rounds: 3,
  seconds: 0.4,
};

/** `--quick` leaves out the largest points. */
const QUICK: Inputs = {
  connections: [1, 4, 16, 64],
  keys: [1_000, 10_000],
  bytes: [100, 1_000, 10_000, 100_000],
  nodes: [1, 2],
  rounds: 3,
  seconds: 0.1,
};

export function inputsOf({ quick }: LoadOptions): Inputs {
  return quick ? QUICK : FULL;
}
