import { Injectable } from '@nestjs/common';
import type { Board } from '../domain/board.js';
import type { Ranking } from '../domain/ranking.js';
import { AROUND, COUNT_ABOVE, pageQuery, ranksQuery } from './standings-queries.js';
import { ranked, StandingsReader } from './standings-reader.js';

/**
 * Reads periods that have ended from PostgreSQL. A rank takes the longer the more players are above.
 *
 * @throws {LeaderboardError} as `StandingsReader`
 */
@Injectable()
export class PastRanking {
  constructor(private readonly standings: StandingsReader) {}

  async page(board: Board, period: string, range: { offset: number; limit: number }): Promise<Ranking> {
    const query = { ...pageQuery(board, range), isPast: true };
    return ranked(board, await this.standings.read(board, period, query));
  }

  /** These players, without those who have no score there. */
  players(board: Board, period: string, playerIds: readonly string[]): Promise<Ranking<number | null>> {
    return this.standings.read(board, period, { ...ranksQuery(board, playerIds), isPast: true });
  }

  async around(
    board: Board,
    period: string,
    { playerId, radius }: { playerId: string; radius: number },
  ): Promise<Ranking> {
    const query = { statement: AROUND, values: [playerId, radius], ...COUNT_ABOVE, isPast: true };
    return ranked(board, await this.standings.read(board, period, query));
  }
}
