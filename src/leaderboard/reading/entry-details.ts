import { Injectable } from '@nestjs/common';
import { Database, DatabaseUnavailableError } from '../../database/index.js';
import type { Metadata } from '../domain/board.js';
import { scoreOf } from '../domain/composite-score.js';
import type { RankedPlayer } from '../domain/ranking.js';
import type { EntryDetails } from '../leaderboard.queries.js';
import type { BoardPeriod } from './board-reader.js';
import { RUNNING_SEASON } from './standings-reader.js';

interface DetailsRow {
  playerId: string;
  sortKey: number;
  achievedAt: Date | null;
  metadata: string | null;
  country: string | null;
}

const UNKNOWN: EntryDetails = { country: null, achievedAt: null, metadata: null };

/** Reads from the ledger what the sorted sets do not have. */
@Injectable()
export class EntryDetailsReader {
  constructor(private readonly database: Database) {}

  /** The details of each of these players, in their order. */
  async of(found: BoardPeriod, players: readonly RankedPlayer<number | null>[]): Promise<EntryDetails[]> {
    const rows = await this.read(found, players).catch(ignoreDatabaseOutage);
    const details = new Map(rows.map((row) => [row.playerId, row]));
    return players.map(({ playerId, score }) => {
      const row = details.get(playerId);
      if (!row) return UNKNOWN;
      const { country } = row;
      // The player has another score by now, so time and metadata are of that one.
      if (scoreOf(found.board, row.sortKey) !== score) return { ...UNKNOWN, country };
      const metadata = row.metadata === null ? null : (JSON.parse(row.metadata) as Metadata);
      return { country, achievedAt: row.achievedAt?.toISOString() ?? null, metadata };
    });
  }

  private read(
    { board, period, isPast }: BoardPeriod,
    players: readonly RankedPlayer<number | null>[],
  ): Promise<DetailsRow[]> {
    const isRunningSeason = period === 'all' && !isPast;
    return this.database.query<DetailsRow>(
      `SELECT s.player_id AS "playerId", merit::float8 AS "sortKey", achieved_at AS "achievedAt", metadata, country
       FROM standings s LEFT JOIN players USING (player_id)
       WHERE board = $1 AND period = ${isRunningSeason ? RUNNING_SEASON : '$2'} AND s.player_id = ANY($3)`,
      [board.board, period, players.map(({ playerId }) => playerId)],
    );
  }
}

function ignoreDatabaseOutage(error: unknown): DetailsRow[] {
  if (!(error instanceof DatabaseUnavailableError)) throw error;
  return [];
}
