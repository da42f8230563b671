import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { boardTime, endedSince } from '../domain/periods.js';
import { seasonExists, unknownBoard } from '../leaderboard.errors.js';
import { LOCK_BOARD, type LockedBoard } from '../ledger/board-rows.js';
import { closePeriods } from '../ledger/closed-periods.js';
import { NEWEST_EPOCH } from '../ledger/ledger-history.js';

/** A season that was closed: all scores of the board until then, and since the season before. */
export interface Season {
  season: string;
  /** When it was closed, an ISO date. */
  endsAt: string;
}

/** A season and its period in the ledger. */
export interface FoundSeason extends Season {
  period: string;
}

/**
 * Seasons divide the window `all`. A season is a period of the ledger with a name of its own, so closing one moves no standing: the
 * board's row gets the name of the next one.
 */
@Injectable()
export class Seasons {
  constructor(private readonly database: Database) {}

  /** Closes the running season and begins an empty one, with a new epoch. @throws {LeaderboardError} E_BOARD_UNKNOWN, E_SEASON_EXISTS */
  close(board: string, season: string): Promise<Season> {
    return this.database.transaction(async (transaction) => {
      const [locked] = await transaction.query<LockedBoard>(LOCK_BOARD, [board]);
      if (!locked) throw unknownBoard(board);
      const at = boardTime(locked.acceptedAt, locked.now);
      const closed = await transaction.query(
        `INSERT INTO past_periods (board, period, season, ended_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (board, season) DO NOTHING RETURNING 1`,
        [board, locked.allPeriod, season, at],
      );
      if (closed.length === 0) throw seasonExists(board, season);
      await closePeriods(transaction, board, endedSince(locked, at.getTime()));
      await transaction.query(
        `UPDATE boards SET sequence = sequence + 1, edition = greatest(edition + 1, ${NEWEST_EPOCH}), mark = '',
           players = 0, all_period = 'all:' || sequence + 1, accepted_at = $2 WHERE board = $1`,
        [board, at],
      );
      return { season, endsAt: at.toISOString() };
    });
  }

  /** The newest first. */
  async list(board: string): Promise<Season[]> {
    return (await this.read(board)).map(({ season, endsAt }) => ({ season, endsAt }));
  }

  /** null if there is no closed season of this name. */
  async find(board: string, season: string): Promise<FoundSeason | null> {
    return (await this.read(board, season))[0] ?? null;
  }

  private async read(board: string, season: string | null = null): Promise<FoundSeason[]> {
    const rows = await this.database.query<{ period: string; season: string; endedAt: Date }>(
      `SELECT period, season, ended_at AS "endedAt" FROM past_periods
       WHERE board = $1 AND season = coalesce($2, season) ORDER BY ended_at DESC, length(period) DESC, period DESC`,
      [board, season],
    );
    return rows.map(({ endedAt, ...row }) => ({ ...row, endsAt: endedAt.toISOString() }));
  }
}
