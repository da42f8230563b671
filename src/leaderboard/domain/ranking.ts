/** A player on a board. Ranks start at 1. */
export interface RankedPlayer<Rank = number> {
  rank: Rank;
  playerId: string;
  score: number;
}

/** Players of one period of a board, best first, as they were at one version. */
export interface Ranking<Rank = number> {
  version: number;
  /** How many players the period has. */
  total: number;
  players: RankedPlayer<Rank>[];
}
