export type LeaderboardErrorCode =
  | 'E_BOARD_UNKNOWN'
  | 'E_BOARD_EXISTS'
  | 'E_PLAYER_NOT_RANKED'
  | 'E_SCORE_OUT_OF_BOUNDS'
  | 'E_SUBMISSION_CONFLICT'
  | 'E_KEY_REQUIRED';

/** A request the leaderboard refuses; the message says what to do. */
export class LeaderboardError extends Error {
  constructor(
    readonly code: LeaderboardErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'LeaderboardError';
  }
}
