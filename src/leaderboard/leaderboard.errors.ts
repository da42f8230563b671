/** Codes of a {@link LeaderboardError}. They are stable, and clients may rely on them. */
export type LeaderboardErrorCode =
  | 'E_BOARD_UNKNOWN'
  | 'E_BOARD_EXISTS'
  | 'E_WINDOW_UNKNOWN'
  | 'E_PERIOD_UNKNOWN'
  | 'E_SEASON_UNKNOWN'
  | 'E_SEASON_EXISTS'
  | 'E_VERSION_GONE'
  | 'E_PLAYER_NOT_RANKED'
  | 'E_PLAYER_UNKNOWN'
  | 'E_SCORE_OUT_OF_BOUNDS'
  | 'E_SUBMISSION_CONFLICT'
  | 'E_PLAYER_BANNED'
  | 'E_BOARD_BUSY'
  | 'E_TOO_MANY_WATCHES'
  | 'E_KEY_REQUIRED';

/** A request that the leaderboard rejects. The message says what to do. */
export class LeaderboardError extends Error {
  constructor(
    readonly code: LeaderboardErrorCode,
    message: string,
    /** The wrong fields: dotted paths, and what each has to be. */
    readonly errors?: readonly { field: string; message: string }[],
  ) {
    super(message);
    this.name = 'LeaderboardError';
  }
}

export function unknownBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_UNKNOWN',
    `There is no board "${board}". GET /api/leaderboards lists them; PUT /api/leaderboards/${board} creates it.`,
  );
}

export function busyBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_BUSY',
    `Too many scores wait for the board "${board}". Nothing was applied: send these again in a moment.`,
  );
}

export function tooManyReaders(): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_BUSY',
    'Too many requests wait for PostgreSQL, which answers for ended periods and while the engine is down. Try again in a moment.',
  );
}

export function unrankedPlayer(board: string, playerId: string): LeaderboardError {
  return new LeaderboardError(
    'E_PLAYER_NOT_RANKED',
    `The player "${playerId}" has no score on "${board}" in the requested period. GET /api/leaderboards/${board} lists the ranked players.`,
  );
}

export function unknownPlayer(playerId: string): LeaderboardError {
  return new LeaderboardError(
    'E_PLAYER_UNKNOWN',
    `The player "${playerId}" has no profile. PUT /api/players/${playerId} stores one.`,
  );
}

export function unknownWindow(
  { board, windows }: { board: string; windows: readonly string[] },
  window: string,
): LeaderboardError {
  const detail = `The board "${board}" has no window "${window}". Request one of ${windows.join(', ')}.`;
  return new LeaderboardError('E_WINDOW_UNKNOWN', detail);
}

export function unknownPeriod(board: string, period: string): LeaderboardError {
  return new LeaderboardError(
    'E_PERIOD_UNKNOWN',
    `The board "${board}" has no scores of ${period}: nobody scored, it has not begun, or it is no longer kept. ` +
      `GET /api/leaderboards/${board}/periods lists those that are.`,
  );
}

export function unknownSeason(board: string, season: string): LeaderboardError {
  return new LeaderboardError(
    'E_SEASON_UNKNOWN',
    `The board "${board}" has no closed season "${season}". GET /api/leaderboards/${board}/seasons lists them.`,
  );
}

export function seasonExists(board: string, season: string): LeaderboardError {
  return new LeaderboardError(
    'E_SEASON_EXISTS',
    `The board "${board}" has a closed season "${season}", so nothing was closed now. If this request repeats one without an answer, ` +
      'it succeeded. Otherwise choose another name.',
  );
}

export function versionGone(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_VERSION_GONE',
    `The board "${board}" has changed since the page before. Begin again without "after".`,
  );
}

/** The players of these `rows` are banned from the board. */
export function bannedPlayers(submissions: number, rows: readonly number[]): LeaderboardError {
  const message = 'is banned from this board';
  const fields = rows.map((row) => (submissions > 1 ? `${row}.playerId` : 'playerId'));
  return new LeaderboardError(
    'E_PLAYER_BANNED',
    `${fields.join(', ')}: ${message}. This request applied nothing. Leave out these rows, or lift the ban.`,
    fields.map((field) => ({ field, message })),
  );
}

/** `rows` of the request conflict. The detail must not make other rows count twice, which sending them with new ids would. */
export function submissionConflict(submissions: number, rows: readonly number[]): LeaderboardError {
  const message = 'was submitted before with another player or score';
  const fields = rows.map((row) => (submissions > 1 ? `${row}.submissionId` : 'submissionId'));
  return new LeaderboardError(
    'E_SUBMISSION_CONFLICT',
    `${fields.join(', ')}: ${message}. This request applied nothing. Give a new id to these rows only and keep the ids of all others: ` +
      'rows that were accepted before are answered as repeats.',
    fields.map((field) => ({ field, message })),
  );
}

const ADJUSTMENT_FIELDS: Readonly<Record<string, string>> = { submissionId: 'adjustmentId', score: 'by' };

/** Throws an error of a submission with the field that an adjustment has instead. */
export function rethrowForAdjustment(error: unknown): never {
  const [wrong] = (error instanceof LeaderboardError && error.errors) || [];
  const field = wrong && ADJUSTMENT_FIELDS[wrong.field];
  if (!(error instanceof LeaderboardError) || !field) throw error;
  const detail = error.message.replace(wrong.field, field);
  throw new LeaderboardError(error.code, detail, [{ field, message: wrong.message }]);
}
