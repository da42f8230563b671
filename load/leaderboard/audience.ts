/** The namespace of each side, and how it shows a changed top. */
export const NAMESPACES = { module: '/leaderboard', textbook: '/textbook-leaderboard' } as const;

export type LiveSide = keyof typeof NAMESPACES;

/** Arguments of the process that runs the viewers. */
export interface Audience {
  side: LiveSide;
  url: string;
  board: string;
  top: number;
  viewers: number;
}

/** What all viewers together received since the message `count`. */
export interface Heard {
  messages: number;
  bytes: number;
  behind: number;
  /** Cores that the viewers' process used meanwhile. */
  cores: number;
  p50Ms: number;
  p99Ms: number;
}

const LOWEST_IN_TOP = 1_000_000_000;
const PERIOD_MS = 7_000_000_000;

/** Milliseconds on a clock that all processes of this machine share. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** The time as a score in the top. Scores are integers, whose range holds 80 days in milliseconds. */
export function scoreSentAt(ms: number): number {
  return LOWEST_IN_TOP + Math.floor(ms % PERIOD_MS);
}

/** Milliseconds since a score was sent; null for scores below the top. */
export function ageOf(score: number): number | null {
  return score < LOWEST_IN_TOP ? null : (clock() % PERIOD_MS) - (score - LOWEST_IN_TOP);
}

interface Entries {
  entries: { score: number }[];
}

/**
 * The scores that a message shows for the first time; null if it is not about a changed top. The module sends what changed. The textbook
 * sends the whole top after each score, and the newest score is the highest, because a score is the time at which it was sent.
 */
export function newScoresIn([event, body]: [event: string, body: Entries]): number[] | null {
  if (event === 'changes') return body.entries.map(({ score }) => score);
  return event === 'top' ? body.entries.slice(0, 1).map(({ score }) => score) : null;
}
