import { Injectable } from '@nestjs/common';
import type { Board } from '../domain/board.js';
import type { Ranking } from '../domain/ranking.js';
import { AROUND, pageQuery, playersQuery } from './standings-queries.js';
import { ranked, StandingsReader } from './standings-reader.js';

/**
 * Reads pages and scores from PostgreSQL while the engine is down. Ranks are null except on pages: counting the players above takes SQL a
 * thousand times as long.
 *
 * @throws {LeaderboardError} as `StandingsReader`
 */
@Injectable()
export class LedgerRanking {
  /** Most readers want the same top, so equal reads at one time share a statement. */
  private readonly pages = new Map<string, Promise<Ranking>>();

  constructor(private readonly standings: StandingsReader) {}

  page(board: Board, period: string, range: { offset: number; limit: number }): Promise<Ranking> {
    const name = [board.board, period, range.offset, range.limit].join();
    const page =
      this.pages.get(name) ?? this.readPage(board, period, range).finally(() => this.pages.delete(name));
    this.pages.set(name, page);
    return page;
  }

  private async readPage(
    board: Board,
    period: string,
    range: { offset: number; limit: number },
  ): Promise<Ranking> {
    return ranked(board, await this.standings.read(board, period, pageQuery(board, range)));
  }

  /** A player and up to `radius` players on either side; no players if this one has no standing. */
  around(
    board: Board,
    period: string,
    { playerId, radius }: { playerId: string; radius: number },
  ): Promise<Ranking<number | null>> {
    return this.standings.read(board, period, { statement: AROUND, values: [playerId, radius] });
  }

  /** These players, without those who have no standing. */
  players(board: Board, period: string, playerIds: readonly string[]): Promise<Ranking<number | null>> {
    return this.standings.read(board, period, playersQuery(playerIds));
  }
}
