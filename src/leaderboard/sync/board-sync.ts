import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { withTimeLimit } from '../../common/index.js';
import { Migrations } from '../../database/index.js';
import type { Board } from '../domain/board.js';
import { periodsOf } from '../domain/periods.js';
import { publishBoardEvent } from '../leaderboard.channel.js';
import { LeaderboardError } from '../leaderboard.errors.js';
import type { Batch } from '../ledger/batch-ledger.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { LEADERBOARD_MIGRATIONS } from '../ledger/leaderboard.migrations.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { LedgerHistory } from '../ledger/ledger-history.js';
import { LedgerReplay } from '../ledger/ledger-replay.js';
import { ProjectionStore, type RankChange } from '../sorted-sets/projection.store.js';
import { BoardRebuilds } from './board-rebuilds.js';
import { boardIsRebuilt, isOutage } from './outages.js';

const RETRY_MS = 500;
const ATTEMPTS = 3;
/** Enough to rebuild a small board. No caller waits for a large one. */
const LONGEST_WAIT_MS = 500;
/** How soon a board is checked again that another node rebuilds. */
const OTHER_NODE_MS = 100;
/** After a restart of the engine all boards are checked. The database has other work. */
const CONCURRENT_BOARDS = 4;

type Version = Pick<Board, 'version' | 'checkpoint'>;

/** Brings the sorted sets to the version of the ledger: after each batch, and after data loss in an engine. */
@Injectable()
export class BoardSync implements OnApplicationBootstrap, OnModuleDestroy {
  /** Many readers of a lost board share one replay. */
  private readonly running = new Map<string, Promise<void>>();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  /** Boards to rebuild even if their sets look right. */
  private readonly rebuildRequested = new Set<string>();
  private closed = false;

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly ledgerReplay: LedgerReplay,
    private readonly history: LedgerHistory,
    private readonly store: ProjectionStore,
    private readonly rebuilds: BoardRebuilds,
    private readonly migrations: Migrations,
    private readonly clock: DatabaseClock,
  ) {}

  onApplicationBootstrap(): void {
    void this.migrations.apply('leaderboard', LEADERBOARD_MIGRATIONS).then(() => this.catchUpAll());
    this.store.onReady(() => void this.catchUpAll());
  }

  onModuleDestroy(): void {
    this.closed = true;
    for (const timer of this.retries.values()) clearTimeout(timer);
  }

  /** Applies a committed batch and returns how the ranks of `playerIds` changed; null if that fails, then it is retried in the background. */
  async applyBatch(batch: Batch, playerIds: readonly string[]): Promise<Map<string, RankChange> | null> {
    const { board: name } = batch.board;
    try {
      const ranks = await this.applyOrReplay(batch, playerIds);
      publishBoardEvent(name, ranks ? 'shown' : 'late');
      if (ranks) return ranks;
    } catch (error) {
      if (!isOutage(error)) throw error;
      publishBoardEvent(name, 'late');
    }
    this.catchUpLater(name);
    return null;
  }

  private async applyOrReplay(batch: Batch, playerIds: readonly string[]) {
    const { periods, from, to, checkpointBefore, changed: standings } = batch;
    const { board: name, checkpoint } = batch.board;
    const change = { from, to, checkpointBefore, checkpoint, standings };
    let { board } = batch;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const applied = await this.store.apply(board, periods, change, playerIds);
      const isOfThisLedger =
        applied && (applied.checkpoint === checkpoint || (await this.history.has(batch.board, applied)));
      if (isOfThisLedger) return applied.ranks;
      // The batch of another node is missing, or the sets are lost or of another ledger.
      await this.catchUpSoon(name, { version: from, checkpoint: checkpointBefore });
      board = await this.ledger.board(name);
    }
    return null;
  }

  /** Brings a board up to date. @throws {EngineError} if that fails or takes too long for a caller; then it is retried in the background */
  catchUpSoon(board: string, upTo?: Version): Promise<void> {
    const caughtUp = this.catchUp(board, upTo);
    caughtUp.catch((error: unknown) => this.catchUpLater(board, error));
    return withTimeLimit(LONGEST_WAIT_MS, caughtUp, () => boardIsRebuilt(board));
  }

  /** Brings a board up to date. @throws {EngineError} if the engine fails meanwhile */
  catchUp(board: string, upTo?: Version): Promise<void> {
    const running =
      this.running.get(board) ?? this.replay(board, upTo).finally(() => this.running.delete(board));
    this.running.set(board, running);
    return running;
  }

  /** Brings a board up to date in the background, and retries until that succeeds. */
  catchUpInBackground(board: string): void {
    this.catchUp(board).catch((error: unknown) => this.catchUpLater(board, error));
  }

  /** Replaces the sorted sets of a board by new ones from the ledger. If it rejects, the next catch-up rebuilds the board. */
  rebuild(board: string): Promise<void> {
    this.rebuildRequested.add(board);
    return this.catchUpAfterRunning(board);
  }

  /** Rebuilds a board in the background, and retries until that succeeds. */
  rebuildInBackground(board: string): void {
    this.rebuild(board).catch((error: unknown) => this.catchUpLater(board, error));
  }

  /** Brings a board to the present version of the ledger. Resolves after the first attempt, and retries in the background. */
  async catchUpNowOrLater(board: string): Promise<void> {
    await this.catchUpAfterRunning(board).catch((error: unknown) => this.catchUpLater(board, error));
  }

  /** Deletes the sorted sets of a board that the ledger no longer has. Those of past periods expire. @throws {EngineError} */
  async forget(name: string, board: Board | null): Promise<void> {
    // A rebuild that is running would bring them back.
    await this.running.get(name)?.catch(() => undefined);
    const periods = board ? periodsOf(board, await this.clock.now()) : [];
    await this.store.delete(name, periods);
  }

  /** A replay that is running may have read the board before the change that the caller means. */
  private async catchUpAfterRunning(board: string): Promise<void> {
    await this.running.get(board)?.catch(() => undefined);
    await this.catchUp(board);
  }

  private async catchUpAll(): Promise<void> {
    const limiter = bulkhead(CONCURRENT_BOARDS, Infinity);
    const catchUp = (board: string) =>
      this.catchUp(board).catch((error: unknown) => this.catchUpLater(board, error));
    try {
      const boards = await this.ledger.boards();
      await Promise.all(boards.map(({ board }) => limiter.execute(() => catchUp(board))));
    } catch {
      // The database is down, so there is nothing to replay. The next batch or reader finds the gap.
    }
  }

  private async replay(name: string, upTo?: Version): Promise<void> {
    if (this.rebuildRequested.has(name)) return this.rebuildNow(name);
    const board = await this.ledger.board(name);
    // Everything accepted up to the board's version is in these periods, or in ended ones.
    const periods = periodsOf(board, await this.clock.now());
    const progress = await this.store.progress(board, periods);
    if (!progress) return this.rebuildNow(name);
    const { appliedVersion } = progress;
    if (!(await this.history.has(board, progress))) {
      // Not lost if a player was removed a moment ago: that started an epoch.
      const isLost = await this.history.disown(name, { epoch: board.epoch, ...progress });
      if (isLost) await this.rebuildNow(name);
      return;
    }
    const range = { after: appliedVersion, upTo: upTo && appliedVersion <= upTo.version ? upTo : board };
    for await (const change of this.ledgerReplay.changes(board, periods, range)) {
      if (!(await this.store.apply(board, periods, change))) throw boardIsRebuilt(name);
    }
  }

  private async rebuildNow(name: string): Promise<void> {
    const wasRequested = this.rebuildRequested.delete(name);
    let isDone = false;
    try {
      isDone = await this.rebuilds.rebuild(name);
    } finally {
      if (wasRequested && !isDone) this.rebuildRequested.add(name);
    }
    if (isDone) return;
    await delay(OTHER_NODE_MS, undefined, { ref: false });
    return this.replay(name);
  }

  private catchUpLater(board: string, error?: unknown): void {
    if (this.closed || this.retries.has(board) || isUnknownBoard(error)) return;
    const retry = () => {
      this.retries.delete(board);
      this.catchUpInBackground(board);
    };
    this.retries.set(board, setTimeout(retry, RETRY_MS).unref());
  }
}

/** The board was deleted, so there is nothing to catch up with. */
function isUnknownBoard(error: unknown): boolean {
  return error instanceof LeaderboardError && error.code === 'E_BOARD_UNKNOWN';
}
