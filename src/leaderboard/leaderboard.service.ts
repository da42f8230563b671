import { Injectable } from '@nestjs/common';
import type { Board, BoardDefinition, BoardWindow, Submission } from './domain/board.js';
import { periodAt } from './domain/periods.js';
import type { RankedPlayer, Ranking } from './domain/ranking.js';
import { publishBoardEvent } from './leaderboard.channel.js';
import { unknownWindow, unrankedPlayer } from './leaderboard.errors.js';
import {
  type BoardPage,
  type BoardPlaces,
  type BoardTop,
  describeBoard,
  type FriendEntry,
  ownPlacesIn,
  type PlayerRank,
} from './leaderboard.responses.js';
import { DatabaseClock } from './ledger/database-clock.js';
import { LeaderboardLedger } from './ledger/leaderboard.ledger.js';
import { LedgerRanking } from './ledger/ledger-ranking.js';
import type { OwnPlace } from './live/leaderboard.wire.js';
import { PlayerNames } from './players/player-names.js';
import type { PlayerProfile } from './players/player-profiles.js';
import { PlayerRemoval } from './players/player-removal.js';
import { RankingStore } from './sorted-sets/ranking.store.js';
import { ScoreSubmissions, type SubmissionAnswer } from './submissions/score-submissions.js';
import { BoardSync } from './sync/board-sync.js';
import { boardIsRebuilt, isOutage } from './sync/outages.js';

export interface PageQuery {
  window: BoardWindow;
  /** Index of the first entry, from 0. */
  offset: number;
  limit: number;
}

export interface NeighboursQuery {
  window: BoardWindow;
  /** How many players on either side. */
  radius: number;
}

interface BoardPeriod {
  board: Board;
  window: BoardWindow;
  period: string;
}

/** The leaderboard. Scores go to the ledger first, then to the sorted sets. Ranks come from the sorted sets, or from the ledger in an outage. */
@Injectable()
export class LeaderboardService {
  /** Definitions never change, so reads need not query the database each time. */
  private readonly boards = new Map<string, Board>();
  /** Highest version served from PostgreSQL during an outage. Older sorted sets are ignored. */
  private readonly degradedVersions = new Map<string, number>();

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly ledgerRanking: LedgerRanking,
    private readonly ranking: RankingStore,
    private readonly sync: BoardSync,
    private readonly submissions: ScoreSubmissions,
    private readonly names: PlayerNames,
    private readonly removal: PlayerRemoval,
    private readonly clock: DatabaseClock,
  ) {}

  /** Creates a board, or confirms an equal one. @throws {LeaderboardError} E_BOARD_EXISTS if its definition differs. */
  async defineBoard(board: string, definition: BoardDefinition) {
    return describeBoard(await this.ledger.defineBoard(board, definition));
  }

  /** All boards with their definitions and numbers of players. */
  async list() {
    return (await this.ledger.boards()).map(describeBoard);
  }

  /** Accepts submissions atomically. When this resolves they are durable; ranks are null if the sorted sets could not be updated yet. */
  submit(board: string, submissions: Submission[]): Promise<SubmissionAnswer[]> {
    return this.submissions.submit(board, submissions);
  }

  /** A page of a board, best first. @throws {LeaderboardError} E_BOARD_UNKNOWN, E_WINDOW_UNKNOWN, as all reads */
  async page(name: string, { window, offset, limit }: PageQuery): Promise<BoardPage> {
    const found = await this.find(name, window);
    return this.readPage(found, { offset, limit, from: this.degradedVersions.get(name) ?? 0 });
  }

  /**
   * The first `limit` entries of what `page` answers, at version `from` or later.
   *
   * @throws {EngineError} if neither the engine nor the ledger has reached that version
   */
  async top(
    name: string,
    window: BoardWindow,
    { limit, from = 0 }: { limit: number; from?: number },
  ): Promise<BoardTop> {
    const found = await this.find(name, window);
    const needed = Math.max(from, this.degradedVersions.get(name) ?? 0);
    const page = await this.readPage(found, { offset: 0, limit, from: needed });
    if (page.version < from) throw boardIsRebuilt(name);
    const { version, entries, degraded = false } = page;
    return { version, period: found.period, ties: found.board.ties, degraded, entries };
  }

  /** The ledger's version of a board. No viewer on any node has seen a later one. */
  async newestVersion(name: string): Promise<number> {
    return (await this.ledger.board(name)).version;
  }

  /** Ranks and neighbours of these players for viewers, without unranked players. @throws {EngineError} in an outage */
  async ownPlaces(
    name: string,
    window: BoardWindow,
    { playerIds: given, radius }: { playerIds: readonly string[]; radius: number },
  ): Promise<{ version: number; places: Map<string, OwnPlace> }> {
    const playerIds = [...given];
    const found = await this.find(name, window);
    const answer = await this.ranking.around(found.board, found.period, { playerIds, radius });
    if (!answer) throw boardIsRebuilt(name);
    const { version, total, around } = answer;
    const { entries } = await this.describe(found, { version, total, players: around.flat() });
    return { version, places: ownPlacesIn(playerIds, around, { version, entries }) };
  }

  /** Rank, score and percentile of a player. @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async rankOf(name: string, window: BoardWindow, playerId: string): Promise<PlayerRank> {
    const { board, period } = await this.find(name, window);
    const found = await this.readOrCatchUp(name, () => this.ranking.players(board, period, [playerId]));
    const { total, players } = found ?? (await this.ledgerRanking.players(board, period, [playerId]));
    const [player] = players;
    if (!player) throw unrankedPlayer(name, playerId);
    const { rank, score } = player;
    if (rank === null) return { rank, score, percentile: null, total, degraded: true };
    return { rank, score, percentile: (100 * (total - rank + 1)) / total, total };
  }

  /** A player and the players just above and below. @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async neighbours(
    name: string,
    playerId: string,
    { window, radius }: NeighboursQuery,
  ): Promise<BoardPlaces> {
    const found = await this.find(name, window);
    const { board, period } = found;
    const answer = await this.readOrCatchUp(name, () =>
      this.ranking.around(board, period, { playerIds: [playerId], radius }),
    );
    const ranking: Ranking<number | null> = answer
      ? { ...answer, players: answer.around[0] ?? [] }
      : await this.ledgerRanking.around(board, period, { playerId, radius });
    if (ranking.players.length === 0) throw unrankedPlayer(name, playerId);
    return this.describe(found, ranking, { degraded: !answer });
  }

  /** Friends: those of these players who are ranked, best first. */
  async ranks(name: string, window: BoardWindow, playerIds: readonly string[]) {
    const asked = [...new Set(playerIds)];
    const { board, period } = await this.find(name, window);
    const found = await this.readOrCatchUp(name, () => this.ranking.players(board, period, asked));
    const { players } = found ?? (await this.ledgerRanking.players(board, period, asked));
    const entries = players.map(({ rank, playerId, score }, i): FriendEntry => {
      const firstOfScore = players.findIndex((player) => player.score === score);
      return { rank, rankAmongThese: (board.ties === 'shared' ? firstOfScore : i) + 1, playerId, score };
    });
    return { board: name, window, ...(!found && { degraded: true as const }), entries };
  }

  /** Stores a player's name and country. */
  saveProfile(playerId: string, profile: PlayerProfile): Promise<void> {
    return this.names.save(playerId, profile);
  }

  /** Removes a player from all boards, with the profile. @throws {EngineError} if the engine is unreachable; then call it again. */
  removePlayer(playerId: string): Promise<void> {
    return this.removal.remove(playerId);
  }

  /** Starts to rebuild a board from the ledger. Readers see the present sorted sets until that is done. */
  async rebuild(board: string): Promise<void> {
    await this.ledger.board(board);
    this.sync.rebuildInBackground(board);
  }

  private async readPage(
    found: BoardPeriod,
    { offset, limit, from }: { offset: number; limit: number; from: number },
  ): Promise<BoardPage> {
    const { board, period } = found;
    const { board: name } = board;
    let needed = from;
    const ranking = await this.readOrCatchUp(name, async () => {
      const page = await this.ranking.page(board, period, { offset, limit });
      if (page && page.version >= needed) return page;
      // After the replay any version is right: the ledger may have lost later ones.
      needed = 0;
      return null;
    });
    if (ranking) return this.describe(found, ranking);
    const page = await this.ledgerRanking.page(board, period, { offset, limit });
    this.degradedVersions.set(name, page.version);
    return this.describe(found, page, { degraded: true });
  }

  private async find(name: string, window: BoardWindow): Promise<BoardPeriod> {
    const board = this.boards.get(name) ?? (await this.ledger.board(name));
    this.boards.set(name, board);
    if (!board.windows.includes(window)) throw unknownWindow(board, window);
    return { board, window, period: periodAt(window, await this.clock.now()).name };
  }

  /** Returns null if the ledger has to answer: the engine is down, or needs too long to catch up. */
  private async readOrCatchUp<T>(board: string, read: () => Promise<T | null>): Promise<T | null> {
    try {
      const found = await read();
      if (found) return found;
      // The ledger may have been replaced by a backup, so read the board again next time.
      this.boards.delete(board);
      await this.sync.catchUpSoon(board);
      const caughtUp = await read();
      if (caughtUp) return caughtUp;
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    publishBoardEvent(board, 'degraded');
    return null;
  }

  private async describe<Rank extends number | null>(
    { board: { board }, window }: BoardPeriod,
    { total, version, players }: { total: number; version: number; players: RankedPlayer<Rank>[] },
    { degraded = false } = {},
  ) {
    const names = await this.names.of(players.map(({ playerId }) => playerId));
    const entries = players.map(({ rank, playerId, score }) => {
      return { rank, playerId, name: names.get(playerId) || null, score };
    });
    return { board, window, total, version, ...(degraded && { degraded: true as const }), entries };
  }
}
