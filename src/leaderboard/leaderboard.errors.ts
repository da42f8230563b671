export type LeaderboardErrorCode =
  | 'E_BOARD_UNKNOWN'
  | 'E_BOARD_EXISTS'
  | 'E_WINDOW_UNKNOWN'
  | 'E_PLAYER_NOT_RANKED'
  | 'E_SCORE_OUT_OF_BOUNDS'
  | 'E_SUBMISSION_CONFLICT'
  | 'E_BOARD_BUSY'
  | 'E_TOO_MANY_WATCHES'
  | 'E_KEY_REQUIRED';

/** A request the leaderboard refuses; the message says what to do. */
export class LeaderboardError extends Error {
  constructor(
    readonly code: LeaderboardErrorCode,
    message: string,
    /** Which parts of the request are wrong: dotted paths, and what each has to be. */
    readonly errors?: readonly { field: string; message: string }[],
  ) {
    super(message);
    this.name = 'LeaderboardError';
  }
}

export function unknownBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_UNKNOWN',
    `There is no board "${board}". GET /api/leaderboards lists them; PUT /api/leaderboards/${board} makes it.`,
  );
}

export function busyBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_BUSY',
    `More scores wait for "${board}" than can be taken soon. Send these again in a moment: none of them was taken.`,
  );
}

export function tooManyReaders(): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_BUSY',
    'The sorted sets are away, and more readers wait for the ledger than it can answer soon. Ask again in a moment.',
  );
}

export function unrankedPlayer(board: string, playerId: string): LeaderboardError {
  return new LeaderboardError(
    'E_PLAYER_NOT_RANKED',
    `The player "${playerId}" has no score on "${board}" yet.`,
  );
}

export function unknownWindow(
  { board, windows }: { board: string; windows: readonly string[] },
  window: string,
): LeaderboardError {
  const detail = `The board "${board}" has no window "${window}". Request one of ${windows.join(', ')}.`;
  return new LeaderboardError('E_WINDOW_UNKNOWN', detail);
}
