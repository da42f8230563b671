import { Injectable } from '@nestjs/common';
import type { Board, BoardWindow } from '../domain/board.js';
import { periodAt, windowOf } from '../domain/periods.js';
import type { Ranking } from '../domain/ranking.js';
import { publishBoardEvent } from '../leaderboard.channel.js';
import { unknownPeriod, unknownSeason, unknownWindow } from '../leaderboard.errors.js';
import type { PeriodQuery } from '../leaderboard.queries.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { PastPeriods } from '../past/past-periods.js';
import { Seasons } from '../past/seasons.js';
import { RankingStore } from '../sorted-sets/ranking.store.js';
import { BoardSync } from '../sync/board-sync.js';
import { isOutage } from '../sync/outages.js';
import { LedgerRanking } from './ledger-ranking.js';
import { PastRanking } from './past-ranking.js';

/** What a reader asked for. */
export interface BoardPeriod {
  board: Board;
  window: BoardWindow;
  period: string;
  /** An ISO date; null for all time. */
  endsAt: string | null;
  /** Whether it has ended, so that the archive answers. */
  isPast: boolean;
  /** The name of a closed season. Its period in the ledger has another name. */
  season?: string;
}

/** `degraded`: PostgreSQL answered because the engine is down. */
export interface Read<Rank = number> {
  ranking: Ranking<Rank>;
  degraded: boolean;
}

/** Reads current periods from the sorted sets, or from the ledger in an outage, and ended periods from the archive. */
@Injectable()
export class BoardReader {
  /** Definitions never change, so reads need not query the database each time. */
  private readonly boards = new Map<string, Promise<Board>>();
  /** Highest version served from PostgreSQL during an outage. Older sorted sets are ignored. */
  private readonly degradedVersions = new Map<string, number>();

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly ledgerRanking: LedgerRanking,
    private readonly past: PastPeriods,
    private readonly seasons: Seasons,
    private readonly pastRanking: PastRanking,
    private readonly ranking: RankingStore,
    private readonly sync: BoardSync,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * Reads the board of an ended period again: no sorted set shows that the known one was deleted and created with another definition.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, E_PERIOD_UNKNOWN, E_SEASON_UNKNOWN
   */
  async find(name: string, { window, period, season }: PeriodQuery): Promise<BoardPeriod> {
    const board = await this.boardWith(name, window);
    if (season !== undefined) {
      const closed = await this.seasons.find(name, season);
      if (!closed) throw unknownSeason(name, season);
      return { board: await this.ledger.board(name), window, ...closed, isPast: true };
    }
    const current = periodAt(window, await this.clock.now(), board);
    if (period === undefined || period === current.name) {
      const endsAt = current.endsAt === null ? null : new Date(current.endsAt * 1000).toISOString();
      return { board, window, period: current.name, endsAt, isPast: false };
    }
    const end = windowOf(period) === window ? await this.past.endOf(name, period) : null;
    if (!end) throw unknownPeriod(name, period);
    return { board: await this.ledger.board(name), window, period, endsAt: end.toISOString(), isPast: true };
  }

  /** A window that the known definition lacks can be of a new board of this name. */
  private async boardWith(name: string, window: BoardWindow): Promise<Board> {
    const known = this.boardOf(name);
    if ((await known).windows.includes(window)) return known;
    // Only once: concurrent readers of a wrong window share the next statement, too.
    if (this.boards.get(name) === known) this.boards.delete(name);
    const board = await this.boardOf(name);
    if (!board.windows.includes(window)) throw unknownWindow(board, window);
    return board;
  }

  /** Concurrent readers share one statement. */
  private boardOf(name: string): Promise<Board> {
    const known = this.boards.get(name);
    if (known) return known;
    const board = this.ledger.board(name);
    this.boards.set(name, board);
    board.catch(() => this.boards.delete(name));
    return board;
  }

  /** Entries at version `from` or later, unless the ledger has lost it. */
  async page(
    { board, period, isPast }: BoardPeriod,
    { offset, limit, from = 0 }: { offset: number; limit: number; from?: number },
  ): Promise<Read> {
    const range = { offset, limit };
    if (isPast) return { ranking: await this.pastRanking.page(board, period, range), degraded: false };
    let needed = Math.max(from, this.degradedVersions.get(board.board) ?? 0);
    const ranking = await this.readOrCatchUp(board, async () => {
      const page = await this.ranking.page(board, period, range);
      if (page && page.version >= needed) return page;
      // After the replay any version is right: the ledger may have lost later ones.
      needed = 0;
      return null;
    });
    if (ranking) return { ranking, degraded: false };
    const page = await this.ledgerRanking.page(board, period, range);
    this.degradedVersions.set(board.board, page.version);
    return { ranking: page, degraded: true };
  }

  /** These players, without those who are not ranked. */
  async players(
    { board, period, isPast }: BoardPeriod,
    playerIds: readonly string[],
  ): Promise<Read<number | null>> {
    if (isPast) return { ranking: await this.pastRanking.players(board, period, playerIds), degraded: false };
    const read = () => this.ranking.players(board, period, playerIds);
    const ranking = await this.readOrCatchUp(board, read);
    if (ranking) return { ranking, degraded: false };
    return { ranking: await this.ledgerRanking.players(board, period, playerIds), degraded: true };
  }

  /** The player and up to `radius` players on either side; no players if this one is not ranked. */
  async around(
    { board, period, isPast }: BoardPeriod,
    { playerId, radius }: { playerId: string; radius: number },
  ): Promise<Read<number | null>> {
    const place = { playerId, radius };
    if (isPast) return { ranking: await this.pastRanking.around(board, period, place), degraded: false };
    const answer = await this.readOrCatchUp(board, () =>
      this.ranking.around(board, period, { playerIds: [playerId], radius }),
    );
    if (answer) return { ranking: { ...answer, players: answer.around[0] ?? [] }, degraded: false };
    return { ranking: await this.ledgerRanking.around(board, period, place), degraded: true };
  }

  /** Returns null if the ledger has to answer: the engine is down, or needs too long to catch up. */
  private async readOrCatchUp<T>(board: Board, read: () => Promise<T | null>): Promise<T | null> {
    const { board: name } = board;
    try {
      const found = await read();
      if (found) return found;
      this.boards.delete(name);
      await this.sync.catchUpSoon(name);
      // The board may have been deleted and created again, or the ledger replaced by a backup: then the known definition is wrong.
      Object.assign(board, await this.boardOf(name));
      const caughtUp = await read();
      if (caughtUp) return caughtUp;
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    publishBoardEvent(name, 'degraded');
    return null;
  }
}
