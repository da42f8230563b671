import { Injectable } from '@nestjs/common';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { Database } from '../../database/index.js';
import { tooManyReaders } from '../leaderboard.errors.js';
import { type Board, scoreOf } from './board.js';

/** A player's place; the rank is null where it would have to be counted. */
export interface LedgerPlace<Rank = number | null> {
  rank: Rank;
  playerId: string;
  score: number;
}

/** What a period of a board shows, all as it was at one moment. */
export interface LedgerPlaces<Rank = number | null> {
  version: number;
  total: number;
  places: LedgerPlace<Rank>[];
}

interface PlaceRow {
  version: string;
  total: string;
  better: string;
  /** null beside a board without such a player. */
  player_id: string | null;
  merit: string;
}

const AT_ONCE = 3;
const MOST_WAITING = 100;

const OF_SCORE_OF_FIRST = `(SELECT count(*) FROM standings
  WHERE board = $1 AND period = $2 AND merit > (SELECT max(merit) FROM found))`;

/**
 * What the ledger alone can tell, for while the engine is away. Counting ranks takes SQL a thousand times as long.
 *
 * @throws {LeaderboardError} E_BOARD_BUSY where more ask than it can answer soon
 */
@Injectable()
export class LedgerPlacesReader {
  /** The connections there are have scores to take as well. */
  private readonly few = bulkhead(AT_ONCE, MOST_WAITING);
  /** Most readers want the same top. */
  private readonly pages = new Map<string, Promise<LedgerPlaces<number>>>();

  constructor(private readonly database: Database) {}

  /** A page in rank order. Its place in the order is a player's rank; only where scores share ranks must the first be counted. */
  page(
    board: Board,
    period: string,
    range: { offset: number; limit: number },
  ): Promise<LedgerPlaces<number>> {
    const name = [board.board, period, range.offset, range.limit].join();
    const page =
      this.pages.get(name) ?? this.readPage(board, period, range).finally(() => this.pages.delete(name));
    this.pages.set(name, page);
    return page;
  }

  private async readPage(
    board: Board,
    period: string,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<LedgerPlaces<number>> {
    const isShared = board.ties === 'shared';
    const { better, ...found } = await this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM standings WHERE board = $1 AND period = $2
                  ORDER BY merit DESC, sequence OFFSET $3 LIMIT $4`,
      values: [offset, limit],
      better: isShared && offset > 0 ? OF_SCORE_OF_FIRST : '$3::bigint',
    });
    let rank = better + 1;
    const places = found.places.map((place, i) => {
      if (!isShared || (i > 0 && found.places[i - 1]?.score !== place.score)) rank = offset + i + 1;
      return { ...place, rank };
    });
    return { ...found, places };
  }

  /** The players around one, in rank order; nobody if the player has no standing. */
  async around(
    board: Board,
    period: string,
    { playerId, radius }: { playerId: string; radius: number },
  ): Promise<LedgerPlaces> {
    return this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM (${AROUND}) AS neighbours`,
      values: [playerId, radius],
    });
  }

  /** These players, in rank order. */
  async places(board: Board, period: string, playerIds: readonly string[]): Promise<LedgerPlaces> {
    return this.read(board, period, {
      statement: `SELECT player_id, merit, sequence FROM standings
                  WHERE board = $1 AND period = $2 AND player_id = ANY($3)`,
      values: [playerIds],
    });
  }

  /** One statement, so that places, total and version belong together. */
  private async read(
    board: Board,
    period: string,
    { statement, values, better = '0' }: { statement: string; values: unknown[]; better?: string },
  ): Promise<LedgerPlaces & { better: number }> {
    const rows = await this.query(
      `WITH found AS MATERIALIZED (${statement})
       SELECT boards.sequence AS version, ${period === 'all' ? 'players' : COUNTED} AS total, ${better} AS better,
              player_id, merit
       FROM boards LEFT JOIN found ON true WHERE board = $1 ORDER BY merit DESC, found.sequence`,
      [board.board, period, ...values],
    );
    const places = rows.flatMap(({ player_id, merit }): LedgerPlace[] =>
      player_id === null ? [] : [{ rank: null, playerId: player_id, score: scoreOf(board, merit) }],
    );
    const [{ version, total, better: counted } = { version: 0, total: 0, better: 0 }] = rows;
    return { version: Number(version), total: Number(total), better: Number(counted), places };
  }

  private async query(sql: string, values: unknown[]): Promise<PlaceRow[]> {
    try {
      return await this.few.execute(() => this.database.query<PlaceRow>(sql, values));
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? tooManyReaders() : error;
    }
  }
}

const COUNTED = '(SELECT count(*) FROM standings WHERE board = $1 AND period = $2)';

/** $3 is the player, $4 how many on either side. Each part goes along the index and stops. */
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
