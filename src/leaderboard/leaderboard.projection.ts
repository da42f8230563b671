import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Migrations } from '../database/index.js';
import { EngineError } from '../engine/index.js';
import { type Acceptance, type Board, LeaderboardLedger } from './leaderboard.ledger.js';
import type { Standing } from './standings.js';
import { LEADERBOARD_MIGRATIONS } from './leaderboard.migrations.js';
import { LeaderboardStore, type RankChange } from './leaderboard.store.js';

const CHUNK = 1_000;
const RETRY_MS = 500;
const ATTEMPTS = 3;

/** Keeps the sorted sets where the ledger is: after each batch, and after whatever an engine lost. */
@Injectable()
export class LeaderboardProjection implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Leaderboard');
  /** Boards being caught up with, so that many readers of a lost board cause one replay. */
  private readonly running = new Map<string, Promise<void>>();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  private closed = false;

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly store: LeaderboardStore,
    private readonly migrations: Migrations,
  ) {}

  onApplicationBootstrap(): void {
    void this.migrations.apply('leaderboard', LEADERBOARD_MIGRATIONS, () => this.catchUpAll());
    this.store.onReady(() => void this.catchUpAll());
  }

  onModuleDestroy(): void {
    this.closed = true;
    for (const timer of this.retries.values()) clearTimeout(timer);
  }

  /** Shows a committed batch; null if the engine cannot now, and then goes on trying by itself. */
  async show(board: string, batch: Acceptance, playerIds: string[]): Promise<Map<string, RankChange> | null> {
    const change = { from: batch.before, to: batch.after, standings: batch.changed, bounds: batch.bounds };
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const { position, ranks } = await this.store.apply(board, change, playerIds);
        if (ranks && (position <= batch.after || !(await this.isAhead(board, position)))) return ranks;
        // Another node's batch, or all of them, are missing, or these are another ledger's: replay.
        await this.catchUp(board);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
    this.retryLater(board);
    return null;
  }

  /** Brings one board to where the ledger is. Rejects with an EngineError if the engine fails meanwhile. */
  catchUp(board: string): Promise<void> {
    const running = this.running.get(board) ?? this.replay(board).finally(() => this.running.delete(board));
    this.running.set(board, running);
    return running;
  }

  private async catchUpAll(): Promise<void> {
    try {
      for (const { board } of await this.ledger.boards()) {
        await this.catchUp(board).catch(() => this.retryLater(board));
      }
    } catch {
      // Without the database there is nothing to replay from; the next batch or reader finds the gap.
    }
  }

  private async replay(name: string): Promise<void> {
    const board = await this.ledger.board(name);
    const position = await this.store.position(name);
    // An engine ahead of the ledger shows another database's boards.
    const isWrong = position !== null && position > board.sequence;
    if (position === null || isWrong) await this.rebuild(board, isWrong);
    else await this.applySince(board, position);
  }

  private async rebuild(board: Board, isWrong: boolean): Promise<void> {
    const { board: name, sequence } = board;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (!(await this.store.replace(name, this.chunks(name, 0), { sequence, bounds: board, isWrong })))
        continue;
      this.logger.log(`The board "${name}" was rebuilt from the ledger up to ${sequence}`);
      return;
    }
    throw new EngineError('failed', `The engine lost the board "${name}" while it was rebuilt.`);
  }

  private async isAhead(board: string, position: number): Promise<boolean> {
    return position > (await this.ledger.board(board)).sequence;
  }

  private async applySince(board: Board, position: number): Promise<void> {
    let from = position;
    for await (const standings of this.chunks(board.board, position)) {
      const to = standings.at(-1)?.sequence ?? from;
      const { ranks } = await this.store.apply(board.board, { from, to, standings, bounds: board });
      if (!ranks)
        throw new EngineError('failed', `The engine lost the board "${board.board}" while it was replayed.`);
      from = to;
    }
  }

  private async *chunks(board: string, since: number): AsyncGenerator<Standing[]> {
    for (let sequence = since; ;) {
      const standings = await this.ledger.changedSince(board, sequence, CHUNK);
      if (standings.length === 0) return;
      yield standings;
      sequence = standings.at(-1)?.sequence ?? sequence;
    }
  }

  private retryLater(board: string): void {
    if (this.closed || this.retries.has(board)) return;
    const retry = () => {
      this.retries.delete(board);
      this.catchUp(board).catch(() => this.retryLater(board));
    };
    this.retries.set(board, setTimeout(retry, RETRY_MS).unref());
  }
}
