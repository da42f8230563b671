/** What the process of the viewers is started with. */
export interface Audience {
  url: string;
  board: string;
  top: number;
  viewers: number;
}

/** What the viewers heard since they were told to count, all together. */
export interface Heard {
  messages: number;
  bytes: number;
  behind: number;
  /** That this process took meanwhile. */
  cores: number;
  p50Ms: number;
  p99Ms: number;
}

const LOWEST_IN_TOP = 1_000_000_000;
const PERIOD_MS = 7_000_000_000;

/** Milliseconds that two processes of one machine agree on. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Scores are whole numbers, and their range has room for 80 days of milliseconds. */
export function scoreSentAt(ms: number): number {
  return LOWEST_IN_TOP + Math.floor(ms % PERIOD_MS);
}

/** How long ago a score was sent; null for those below the top. */
export function ageOf(score: number): number | null {
  return score < LOWEST_IN_TOP ? null : (clock() % PERIOD_MS) - (score - LOWEST_IN_TOP);
}
