import { Catch } from '@nestjs/common';
import { InvalidInputError, ProblemFilter } from '../../common/index.js';
import { LeaderboardError, type LeaderboardErrorCode } from '../leaderboard.errors.js';

/** The status of each error of this module. */
@Catch(LeaderboardError, InvalidInputError)
export class LeaderboardErrorFilter extends ProblemFilter<LeaderboardErrorCode | InvalidInputError['code']> {
  protected readonly statuses = {
    E_KEY_REQUIRED: 401,
    E_PLAYER_BANNED: 403,
    E_BOARD_UNKNOWN: 404,
    E_WINDOW_UNKNOWN: 404,
    E_PERIOD_UNKNOWN: 404,
    E_SEASON_UNKNOWN: 404,
    E_PLAYER_NOT_RANKED: 404,
    E_PLAYER_UNKNOWN: 404,
    E_BOARD_EXISTS: 409,
    E_SEASON_EXISTS: 409,
    E_SUBMISSION_CONFLICT: 409,
    E_VERSION_GONE: 410,
    E_INVALID: 422,
    E_SCORE_OUT_OF_BOUNDS: 422,
    E_TOO_MANY_WATCHES: 429,
    E_BOARD_BUSY: 503,
  };
}
