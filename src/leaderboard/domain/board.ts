/** Which scores count: all, or those of the current day, ISO week or month. */
export const BOARD_WINDOWS = ['all', 'daily', 'weekly', 'monthly'] as const;
/** One of the {@link BOARD_WINDOWS}. */
export type BoardWindow = (typeof BOARD_WINDOWS)[number];

/** The rules of a board. They never change. */
export interface BoardDefinition {
  /** `desc`: the highest score is best. */
  order: 'desc' | 'asc';
  /** Which score counts of a player who submits several: the best, the total, or the latest. */
  operator: 'best' | 'sum' | 'latest';
  /** `first`: of equal scores the earlier ranks higher. `shared`: equal scores share a rank. */
  ties: 'first' | 'shared';
  /** `all` is always among them. */
  windows: BoardWindow[];
  /** Bounds of each score, and of totals. */
  min: number;
  max: number;
  /** Where days begin, an IANA name such as `Europe/Berlin`. UTC by default. */
  timeZone?: string;
  /** The hour of the day at which a day, week or month begins there, 0-23. Midnight by default. */
  resetHour?: number;
}

/** One score of a player, as a game server submits it. */
export interface Submission {
  /** Names the submission for all time: one that is sent again has no effect. */
  submissionId: string;
  playerId: string;
  score: number;
  /** Kept with the score while it counts, such as a replay or a character: at most 256 bytes of JSON. A repeat does not change it. */
  metadata?: Metadata | undefined;
}

/** An object that JSON can express. */
export type Metadata = Record<string, unknown>;

/** A submission, or a correction by an operator: then `score` is added to the player's scores, whatever the operator of the board is. */
export interface LedgerSubmission extends Submission {
  /** Why the score was corrected. */
  reason?: string;
}

/** How {@link CompositeScore} numbers the changes of a board; see there. */
export interface ScoreNumbering {
  /** The version at which the board was last renumbered. */
  offset: number;
  /** How many slots of each score are kept for players who had it before. */
  reservedSlots: number;
}

/** A board as its row in the ledger is. */
export interface Board extends Required<BoardDefinition>, ScoreNumbering {
  board: string;
  /** Identifies this board of this database. Never changes, and no other board in the world has it. */
  ledgerId: string;
  /** The name of the running season's standings in the ledger. Everywhere else their period is `all`. */
  allPeriod: string;
  /** Grows when sorted sets of an earlier epoch must be rebuilt, since replaying does not suffice. */
  epoch: number;
  /** Grows by one with each change of a standing, without gaps. */
  version: number;
  /**
   * When the change to the newest version was accepted, in milliseconds, and by which submission: `1764183600000:<submissionId>`. Empty
   * at the beginning of an epoch. Sorted sets with a checkpoint that the ledger does not know contain commits that it lost.
   */
  checkpoint: string;
  /** The days, weeks and months with scores that had not ended then. */
  periods: string[];
  /** When the board last accepted scores or was closed for ended periods, in milliseconds; -Infinity before the first. */
  acceptedAt: number;
  players: number;
}
