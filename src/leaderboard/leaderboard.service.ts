import { Injectable } from '@nestjs/common';
import { DatabaseUnavailableError } from '../database/index.js';
import { EngineError } from '../engine/index.js';
import { LeaderboardError } from './leaderboard.errors.js';
import { type Board, LeaderboardLedger } from './leaderboard.ledger.js';
import { LeaderboardProjection } from './leaderboard.projection.js';
import type { BoardDefinition, PageQuery, PlayerProfile, Submission } from './leaderboard.schemas.js';
import { LeaderboardStore, type Place, type TopPlaces } from './leaderboard.store.js';
import type { LeaderboardEntry, OwnPlace } from './leaderboard.wire.js';

/** The answer to one submission; ranks are null while the engine cannot tell them. */
export interface SubmissionAnswer {
  submissionId: string;
  playerId: string;
  /** The player's best score afterwards. */
  score: number;
  rank: number | null;
  previousRank: number | null;
  /** false where the submission was seen before or does not improve. */
  applied: boolean;
}

export interface BoardPage {
  board: string;
  window: 'all';
  total: number;
  version: number;
  /** Present while the engine is away and the ledger answers instead. */
  degraded?: true;
  entries: LeaderboardEntry[];
}

export interface PlayerRank extends OwnPlace {
  /** Share of players ranked at or below, 0-100. */
  percentile: number;
  total: number;
}

/** The leaderboard: scores go to the ledger first and to the sorted set second, reads come from the sorted set. */
@Injectable()
export class LeaderboardService {
  /** A board's bounds never change, so reads need not ask the database for them each time. */
  private readonly boards = new Map<string, Board>();

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly store: LeaderboardStore,
    private readonly projection: LeaderboardProjection,
  ) {}

  async defineBoard(board: string, definition: BoardDefinition) {
    await this.ledger.defineBoard(board, definition);
    return { board, ...definition, players: await this.ledger.countPlayers(board) };
  }

  async list() {
    const boards = await this.ledger.boards();
    return boards.map(({ board, min, max, players }) => ({
      board,
      order: 'desc',
      operator: 'best',
      ties: 'first',
      windows: ['all'],
      min,
      max,
      players,
    }));
  }

  /**
   * Takes submissions as a whole or not at all. When this resolves they are durable; ranks are null if the engine
   * could not show them yet, which it then does by itself.
   */
  async submit(board: string, submissions: Submission[]): Promise<SubmissionAnswer[]> {
    const batch = await this.ledger.accept(board, submissions);
    const players = [...new Set(submissions.map(({ playerId }) => playerId))];
    const ranks = await this.projection.show(board, batch, players);
    const firstSeen = new Set(
      submissions.map(({ submissionId }) => submissionId).filter((id) => !batch.repeats.has(id)),
    );
    const answers = submissions.map(({ submissionId, playerId }): SubmissionAnswer => {
      const isFirst = firstSeen.delete(submissionId);
      const current = {
        score: batch.bestScores.get(playerId) ?? 0,
        rank: ranks?.get(playerId)?.rank ?? null,
        previousRank: ranks?.get(playerId)?.previousRank ?? null,
      };
      return {
        submissionId,
        playerId,
        ...current,
        ...batch.repeats.get(submissionId),
        applied: isFirst && batch.applied.has(submissionId),
      };
    });
    await this.remember(board, answers, batch.repeats);
    return answers;
  }

  async page(board: string, { offset, limit }: PageQuery): Promise<BoardPage> {
    const bounds = await this.boundsOf(board);
    const top = await this.readOrReplay(board, () => this.store.places(board, bounds, { offset, limit }));
    if (!top) return this.pageFromLedger(board, offset, limit);
    return {
      board,
      window: 'all',
      total: top.total,
      version: top.version,
      entries: await this.withNames(top.places),
    };
  }

  /** The top as the engine has it, for viewers; rejects with an EngineError when it cannot tell. */
  async top(board: string, limit: number): Promise<{ version: number; entries: LeaderboardEntry[] }> {
    const bounds = await this.boundsOf(board);
    const read = (): Promise<TopPlaces | null> => this.store.places(board, bounds, { offset: 0, limit });
    let top = await read();
    if (!top) {
      await this.projection.catchUp(board);
      top = await read();
    }
    if (!top) throw lostAgain(board);
    return { version: top.version, entries: await this.withNames(top.places) };
  }

  /** The version viewers would see now; null if the engine lost the board. */
  version(board: string): Promise<number | null> {
    return this.store.position(board);
  }

  /** @throws {LeaderboardError} E_PLAYER_NOT_RANKED; an EngineError while the engine is away. */
  async rankOf(board: string, playerId: string): Promise<PlayerRank> {
    const bounds = await this.boundsOf(board);
    let place = await this.store.place(board, bounds, playerId);
    if (place === undefined) {
      await this.projection.catchUp(board);
      place = await this.store.place(board, bounds, playerId);
    }
    if (place === undefined) throw lostAgain(board);
    if (place === null) {
      throw new LeaderboardError(
        'E_PLAYER_NOT_RANKED',
        `The player "${playerId}" has no score on "${board}" yet.`,
      );
    }
    const { rank, score, total } = place;
    return { rank, score, percentile: (100 * (total - rank + 1)) / total, total };
  }

  async saveProfile(playerId: string, profile: PlayerProfile): Promise<void> {
    await this.ledger.saveProfile(playerId, profile);
    await this.store.saveName(playerId, profile.name).catch(passOverEngineFailure);
  }

  private async readOrReplay<T>(board: string, read: () => Promise<T | null>): Promise<T | null> {
    try {
      const found = await read();
      if (found) return found;
      await this.projection.catchUp(board);
      return await read();
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    }
  }

  private async pageFromLedger(board: string, offset: number, limit: number): Promise<BoardPage> {
    const [standings, { sequence }, total] = await Promise.all([
      this.ledger.page(board, offset, limit),
      this.ledger.board(board),
      this.ledger.countPlayers(board),
    ]);
    const places = standings.map(({ playerId, score }, i) => ({ rank: offset + i + 1, playerId, score }));
    const entries = await this.withNames(places);
    return { board, window: 'all', total, version: sequence, degraded: true, entries };
  }

  private async withNames(places: Place[]): Promise<LeaderboardEntry[]> {
    const names = await this.namesOf(places.map(({ playerId }) => playerId));
    return places.map(({ rank, playerId, score }) => ({
      rank,
      playerId,
      name: names.get(playerId) || null,
      score,
    }));
  }

  private async namesOf(playerIds: string[]): Promise<Map<string, string>> {
    const known = await this.store.names(playerIds).catch(passOverEngineFailure);
    const unknown = playerIds.filter((id) => !known?.has(id));
    if (unknown.length === 0) return known ?? new Map();
    const found = await this.ledger.namesOf(unknown).catch(passOverDatabaseFailure);
    // Names are a courtesy: without the database the board goes on without them.
    if (!found) return known ?? new Map();
    const learned = new Map(unknown.map((id) => [id, found.get(id) ?? '']));
    if (known) await this.store.learnNames(learned).catch(passOverEngineFailure);
    return new Map([...(known ?? []), ...learned]);
  }

  private async boundsOf(board: string): Promise<Board> {
    const kept = this.boards.get(board) ?? (await this.ledger.board(board));
    this.boards.set(board, kept);
    return kept;
  }

  private async remember(board: string, answers: SubmissionAnswer[], repeats: ReadonlyMap<string, unknown>) {
    const firstAnswers = answers.filter(
      (answer): answer is SubmissionAnswer & { rank: number } =>
        answer.rank !== null && !repeats.has(answer.submissionId),
    );
    if (firstAnswers.length > 0) await this.ledger.rememberAnswers(board, firstAnswers);
  }
}

function lostAgain(board: string): EngineError {
  return new EngineError('failed', `The board "${board}" is being rebuilt. Try again in a moment.`);
}

function passOverDatabaseFailure(error: unknown): undefined {
  if (!(error instanceof DatabaseUnavailableError)) throw error;
  return undefined;
}

function passOverEngineFailure(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
  return undefined;
}
