import { Injectable } from '@nestjs/common';
import {
  type BoardPage,
  type BoardPlaces,
  type BoardTop,
  describeBoard,
  type FriendEntry,
  ownPlacesIn,
  type PlayerRank,
} from './leaderboard.responses.js';
import { tell } from './leaderboard.channel.js';
import { unknownWindow, unrankedPlayer } from './leaderboard.errors.js';
import { LeaderboardForgetting } from './players/player-removal.js';
import { LeaderboardLedger } from './ledger/leaderboard.ledger.js';
import { LeaderboardProjection } from './sync/board-sync.js';
import type {
  BoardDefinition,
  BoardWindow,
  NeighboursQuery,
  PageQuery,
  PlayerProfile,
  Submission,
} from './api/leaderboard.schemas.js';
import { LeaderboardStore } from './sorted-sets/sorted-sets.store.js';
import { LeaderboardSubmissions, type SubmissionAnswer } from './submissions/score-submissions.js';
import type { OwnPlace } from './live/leaderboard.wire.js';
import type { Board } from './ledger/board.js';
import { LedgerClock } from './ledger/database-clock.js';
import { LedgerPlacesReader } from './ledger/ledger-ranking.js';
import { isOutage, lostAgain } from './sync/outages.js';
import { periodAt } from './domain/periods.js';
import { PlayerNames } from './players/player-names.js';

interface Question {
  board: string;
  window: BoardWindow;
}

/** The leaderboard: scores go to the ledger first and to the sorted sets second, reads come from the sorted sets. */
@Injectable()
export class LeaderboardService {
  /** A board's definition never changes, so reads need not ask the database for it each time. */
  private readonly boards = new Map<string, Board>();
  /** Versions that were told from the ledger while the engine was away: what it shows of before is too old then. */
  private readonly told = new Map<string, number>();

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly ledgerPlaces: LedgerPlacesReader,
    private readonly store: LeaderboardStore,
    private readonly projection: LeaderboardProjection,
    private readonly submissions: LeaderboardSubmissions,
    private readonly names: PlayerNames,
    private readonly forgetting: LeaderboardForgetting,
    private readonly clock: LedgerClock,
  ) {}

  /** @throws {LeaderboardError} E_BOARD_EXISTS if there is a board of that name with another definition. */
  async defineBoard(board: string, definition: BoardDefinition) {
    return describeBoard(await this.ledger.defineBoard(board, definition));
  }

  async list() {
    return (await this.ledger.boards()).map(describeBoard);
  }

  /**
   * Takes submissions as a whole or not at all. When this resolves they are durable; ranks are null if the engine
   * could not show them yet, which it then does by itself.
   */
  submit(board: string, submissions: Submission[]): Promise<SubmissionAnswer[]> {
    return this.submissions.submit(board, submissions);
  }

  async page(name: string, { window, offset, limit }: PageQuery): Promise<BoardPage> {
    const found = await this.find({ board: name, window });
    return this.readPage(found, { window, offset, limit }, this.told.get(name) ?? 0);
  }

  /**
   * The first `limit` entries for viewers: what `page` answers, at version `from` or later. Rejects with an EngineError if neither the
   * engine nor the ledger has reached that version.
   */
  async top(
    name: string,
    window: BoardWindow,
    { limit, from = 0 }: { limit: number; from?: number },
  ): Promise<BoardTop> {
    const found = await this.find({ board: name, window });
    const needed = Math.max(from, this.told.get(name) ?? 0);
    const page = await this.readPage(found, { window, offset: 0, limit }, needed);
    if (page.version < from) throw lostAgain(name);
    const { version, entries, degraded = false } = page;
    return { version, period: found.period, ties: found.board.ties, degraded, entries };
  }

  /** The newest version of a board: no viewer on any node has seen a later one. */
  async newestVersion(name: string): Promise<number> {
    return (await this.ledger.board(name)).sequence;
  }

  /** The places of these players as the engine has them, for viewers, without those who have none; rejects with an EngineError when it cannot tell. */
  async ownPlaces(
    name: string,
    window: BoardWindow,
    { playerIds: asked, radius }: { playerIds: readonly string[]; radius: number },
  ): Promise<{ version: number; places: Map<string, OwnPlace> }> {
    const playerIds = [...asked];
    const { board, period } = await this.find({ board: name, window });
    const found = await this.store.around(board, period, { playerIds, radius });
    if (!found) throw lostAgain(name);
    const { version, total, around } = found;
    const all = await this.describePlaces({ board: name, window }, { version, total, places: around.flat() });
    const places = ownPlacesIn(playerIds, around, { version, entries: all.entries });
    return { version, places };
  }

  /** @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async rankOf(name: string, window: BoardWindow, playerId: string): Promise<PlayerRank> {
    const { board, period } = await this.find({ board: name, window });
    const found = await this.readOrReplay(name, () => this.store.places(board, period, [playerId]));
    if (!found) return this.scoreInLedger(board, period, playerId);
    const [place] = found.places;
    if (!place) throw unrankedPlayer(name, playerId);
    const { total } = found;
    const { rank, score } = place;
    return { rank, score, percentile: (100 * (total - rank + 1)) / total, total };
  }

  /** A player among those just above and below. @throws {LeaderboardError} E_PLAYER_NOT_RANKED */
  async neighbours(
    name: string,
    playerId: string,
    { window, radius }: NeighboursQuery,
  ): Promise<BoardPlaces> {
    const { board, period } = await this.find({ board: name, window });
    const found = await this.readOrReplay(name, () =>
      this.store.around(board, period, { playerIds: [playerId], radius }),
    );
    if (found) {
      const { around, ...counts } = found;
      const [places = []] = around;
      if (places.length === 0) throw unrankedPlayer(name, playerId);
      return this.describePlaces({ board: name, window }, { ...counts, places });
    }
    const kept = await this.ledgerPlaces.around(board, period, { playerId, radius });
    if (kept.places.length === 0) throw unrankedPlayer(name, playerId);
    return this.describePlaces({ board: name, window, degraded: true }, kept);
  }

  /** Friends: of these players those who have a score, best first. */
  async ranks(name: string, window: BoardWindow, playerIds: readonly string[]) {
    const asked = [...new Set(playerIds)];
    const { board, period } = await this.find({ board: name, window });
    const found = await this.readOrReplay(name, () => this.store.places(board, period, asked));
    const { places } = found ?? (await this.ledgerPlaces.places(board, period, asked));
    const entries = places.map(({ rank, playerId, score }, i): FriendEntry => {
      const firstOfScore = places.findIndex((place) => place.score === score);
      return { rank, rankAmongThese: (board.ties === 'shared' ? firstOfScore : i) + 1, playerId, score };
    });
    return { board: name, window, ...(!found && { degraded: true as const }), entries };
  }

  saveProfile(playerId: string, profile: PlayerProfile): Promise<void> {
    return this.names.save(playerId, profile);
  }

  /** Everywhere. Rejects with an EngineError if the engine could not be reached: then it may be asked again. */
  forgetPlayer(playerId: string): Promise<void> {
    return this.forgetting.forget(playerId);
  }

  /** Fills a board anew from the ledger; readers go on seeing the one there is until it is done. */
  async rebuild(board: string): Promise<void> {
    await this.ledger.board(board);
    this.projection.rebuildInBackground(board);
  }

  private async readPage(
    { board, period }: { board: Board; period: string },
    { window, offset, limit }: PageQuery,
    from: number,
  ): Promise<BoardPage> {
    const { board: name } = board;
    let needed = from;
    const found = await this.readOrReplay(name, async () => {
      const page = await this.store.page(board, period, { offset, limit });
      if (page && page.version >= needed) return page;
      // After the replay any version is right: the ledger may have lost later ones.
      needed = 0;
      return null;
    });
    if (found) return this.describePlaces({ board: name, window }, found);
    const kept = await this.ledgerPlaces.page(board, period, { offset, limit });
    this.told.set(name, kept.version);
    return this.describePlaces({ board: name, window, degraded: true }, kept);
  }

  private async find({ board: name, window }: Question): Promise<{ board: Board; period: string }> {
    const board = this.boards.get(name) ?? (await this.ledger.board(name));
    this.boards.set(name, board);
    if (!board.windows.includes(window)) throw unknownWindow(board, window);
    return { board, period: periodAt(window, await this.clock.now()).name };
  }

  /** Null if the ledger has to answer: the engine cannot, or not before long. */
  private async readOrReplay<T>(board: string, read: () => Promise<T | null>): Promise<T | null> {
    try {
      const found = await read();
      if (found) return found;
      // Its ledger may be another one by now, restored from a backup: ask anew next time.
      this.boards.delete(board);
      const replayed = (await this.projection.catchUpSoon(board)) ? await read() : null;
      if (replayed) return replayed;
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    tell(board, 'degraded');
    return null;
  }

  private async scoreInLedger(board: Board, period: string, playerId: string): Promise<PlayerRank> {
    const { total, places } = await this.ledgerPlaces.places(board, period, [playerId]);
    const [place] = places;
    if (!place) throw unrankedPlayer(board.board, playerId);
    return { rank: null, score: place.score, percentile: null, total, degraded: true };
  }

  private async describePlaces<Place extends { rank: number | null; playerId: string; score: number }>(
    question: Question & { degraded?: true },
    { total, version, places }: { total: number; version: number; places: Place[] },
  ) {
    const names = await this.names.of(places.map(({ playerId }) => playerId));
    const { board, window, degraded } = question;
    const entries = places.map(({ rank, playerId, score }) => ({
      rank: rank as Place['rank'],
      playerId,
      name: names.get(playerId) || null,
      score,
    }));
    return { board, window, total, version, ...(degraded && { degraded }), entries };
  }
}
