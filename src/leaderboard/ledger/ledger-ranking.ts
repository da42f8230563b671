import { Injectable } from '@nestjs/common';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { Database } from '../../database/index.js';
import type { Board } from '../domain/board.js';
import { scoreOf } from '../domain/composite-score.js';
import type { RankedPlayer, Ranking } from '../domain/ranking.js';
import { tooManyReaders } from '../leaderboard.errors.js';

interface RankingRow {
  version: number;
  total: number;
  better: number;
  /** null, as the sort key, where no player was found: then the row is there for version and total only. */
  playerId: string | null;
  sortKey: number;
}

/** Leaves connections for accepting scores. */
const CONCURRENT_READS = 3;
const LARGEST_QUEUE = 100;

/**
 * Reads pages and scores from PostgreSQL while the engine is down. Ranks are null except on pages: counting the players above takes SQL a
 * thousand times as long.
 *
 * @throws {LeaderboardError} E_BOARD_BUSY when more reads wait than PostgreSQL can answer soon
 */
@Injectable()
export class LedgerRanking {
  private readonly limiter = bulkhead(CONCURRENT_READS, LARGEST_QUEUE);
  /** Most readers want the same top, so equal reads at one time share a statement. */
  private readonly pages = new Map<string, Promise<Ranking>>();

  constructor(private readonly database: Database) {}

  page(board: Board, period: string, range: { offset: number; limit: number }): Promise<Ranking> {
    const name = [board.board, period, range.offset, range.limit].join();
    const page =
      this.pages.get(name) ?? this.readPage(board, period, range).finally(() => this.pages.delete(name));
    this.pages.set(name, page);
    return page;
  }

  /** The index on the page gives the rank. Only where scores share ranks, the players above the first one are counted. */
  private async readPage(
    board: Board,
    period: string,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<Ranking> {
    const isShared = board.ties === 'shared';
    const { better, ...page } = await this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM standings WHERE board = $1 AND period = $2
                  ORDER BY merit DESC, sequence OFFSET $3 LIMIT $4`,
      values: [offset, limit],
      better: isShared && offset > 0 ? BETTER_THAN_FIRST : '$3::bigint',
    });
    let rank = better + 1;
    const players = page.players.map((player, i) => {
      if (!isShared || (i > 0 && page.players[i - 1]?.score !== player.score)) rank = offset + i + 1;
      return { ...player, rank };
    });
    return { ...page, players };
  }

  /** A player and up to `radius` players on either side; no players if this one has no standing. */
  around(
    board: Board,
    period: string,
    { playerId, radius }: { playerId: string; radius: number },
  ): Promise<Ranking<null>> {
    return this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM (${AROUND}) AS neighbours`,
      values: [playerId, radius],
    });
  }

  /** These players, without those who have no standing. */
  players(board: Board, period: string, playerIds: readonly string[]): Promise<Ranking<null>> {
    return this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM standings
                  WHERE board = $1 AND period = $2 AND player_id = ANY($3)`,
      values: [playerIds],
    });
  }

  /** One statement, so that players, total and version are of the same moment. */
  private async read(
    board: Board,
    period: string,
    { statement, values, better = '0' }: { statement: string; values: unknown[]; better?: string },
  ): Promise<Ranking<null> & { better: number }> {
    const rows = await this.query(
      `WITH found AS MATERIALIZED (${statement})
       SELECT boards.sequence::float8 AS version, (${period === 'all' ? 'players' : COUNTED})::float8 AS total,
              (${better})::float8 AS better, player_id AS "playerId", merit::float8 AS "sortKey"
       FROM boards LEFT JOIN found ON true WHERE board = $1 ORDER BY merit DESC, found.sequence`,
      [board.board, period, ...values],
    );
    const players = rows.flatMap(({ playerId, sortKey }): RankedPlayer<null>[] =>
      playerId === null ? [] : [{ rank: null, playerId, score: scoreOf(board, sortKey) }],
    );
    const [{ version, total, better: counted } = { version: 0, total: 0, better: 0 }] = rows;
    return { version, total, better: counted, players };
  }

  private async query(sql: string, values: unknown[]): Promise<RankingRow[]> {
    try {
      return await this.limiter.execute(() => this.database.query<RankingRow>(sql, values));
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? tooManyReaders() : error;
    }
  }
}

const COUNTED = 'SELECT count(*) FROM standings WHERE board = $1 AND period = $2';

const BETTER_THAN_FIRST = `SELECT count(*) FROM standings
  WHERE board = $1 AND period = $2 AND merit > (SELECT max(merit) FROM found)`;

/** $3 is the player, $4 the radius. Each part reads along the index and stops at its limit. */
const AROUND = `
  WITH own AS (SELECT merit, sequence FROM standings WHERE board = $1 AND period = $2 AND player_id = $3),
  above AS (
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit = own.merit AND s.sequence < own.sequence ORDER BY s.sequence DESC LIMIT $4)
    UNION ALL
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit > own.merit ORDER BY s.merit, s.sequence DESC LIMIT $4)),
  below AS (
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit = own.merit AND s.sequence >= own.sequence ORDER BY s.sequence LIMIT $4 + 1)
    UNION ALL
    (SELECT s.* FROM standings s, own WHERE s.board = $1 AND s.period = $2
       AND s.merit < own.merit ORDER BY s.merit DESC, s.sequence LIMIT $4))
  (SELECT * FROM above ORDER BY merit, sequence DESC LIMIT $4)
  UNION ALL
  (SELECT * FROM below ORDER BY merit DESC, sequence LIMIT $4 + 1)`;
