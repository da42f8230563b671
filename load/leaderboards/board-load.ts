/** Parameters of a load test on a leaderboard. */
export interface BoardLoad {
  url: string;
  seconds: number;
  signal: AbortSignal;
  say: (progress: string) => void;
}

/** One figure, and its upper limit if it has one. */
export interface Measured {
  figure: string;
  value: number;
  goal?: number;
}
