import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { Migrations } from '../../database/index.js';
import { tell } from '../leaderboard.channel.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { LEADERBOARD_MIGRATIONS } from '../ledger/leaderboard.migrations.js';
import { LeaderboardRebuilds } from './board-rebuilds.js';
import { LeaderboardStore, type RankChange } from '../sorted-sets/sorted-sets.store.js';
import type { Batch } from '../ledger/accept-batch.js';
import type { Board } from '../ledger/board.js';
import { LedgerClock } from '../ledger/database-clock.js';
import { LedgerHistory } from '../ledger/ledger-history.js';
import { isOutage, lostAgain } from './outages.js';
import { periodsOf } from '../domain/periods.js';

const RETRY_MS = 500;
const ATTEMPTS = 3;
/** Longer than a small board needs to be rebuilt; nobody waits for a large one. */
const LONGEST_WAIT_MS = 500;
/** A board that another node is rebuilding is looked at again after this. */
const OTHERS_REBUILD_MS = 100;
/** Of all boards after a restart: the database has others to answer. */
const BOARDS_AT_ONCE = 4;

type Version = Pick<Board, 'sequence' | 'mark'>;

/** Keeps the sorted sets where the ledger is: after each batch, and after whatever an engine lost. */
@Injectable()
export class LeaderboardProjection implements OnApplicationBootstrap, OnModuleDestroy {
  /** Boards being caught up with, so that many readers of a lost board cause one replay. */
  private readonly running = new Map<string, Promise<void>>();
  private readonly retries = new Map<string, NodeJS.Timeout>();
  /** Boards to be filled anew whatever they show. */
  private readonly asked = new Set<string>();
  private closed = false;

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly history: LedgerHistory,
    private readonly store: LeaderboardStore,
    private readonly rebuilds: LeaderboardRebuilds,
    private readonly migrations: Migrations,
    private readonly clock: LedgerClock,
  ) {}

  onApplicationBootstrap(): void {
    void this.migrations.apply('leaderboard', LEADERBOARD_MIGRATIONS).then(() => this.catchUpAll());
    this.store.onReady(() => void this.catchUpAll());
  }

  onModuleDestroy(): void {
    this.closed = true;
    for (const timer of this.retries.values()) clearTimeout(timer);
  }

  /** Shows a committed batch; null if that cannot be done now, and then goes on trying by itself. */
  async show(batch: Batch, playerIds: readonly string[]): Promise<Map<string, RankChange> | null> {
    const { periods, from, after, to, changed: standings } = batch;
    const { mark } = batch.board;
    const { board: name } = batch.board;
    let { board } = batch;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const shown = await this.store.apply(board, periods, { from, after, to, mark, standings }, playerIds);
        const isOfThisLedger = shown && (shown.mark === mark || (await this.history.has(batch.board, shown)));
        if (isOfThisLedger) {
          tell(name, 'shown');
          return shown.ranks;
        }
        // Another node's batch is missing, or all of them are, or these are not this ledger's.
        if (!(await this.catchUpSoon(name, { sequence: from, mark: after }))) break;
        board = await this.ledger.board(name);
      }
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    tell(name, 'late');
    this.catchUpLater(name);
    return null;
  }

  /** Tries to show all there is; false if that takes longer than somebody should wait. */
  async catchUpSoon(board: string, upTo?: Version): Promise<boolean> {
    const caughtUp = this.catchUp(board, upTo).then(() => true);
    const tooLong = new AbortController();
    const late = delay(LONGEST_WAIT_MS, false, { signal: tooLong.signal, ref: false }).catch(() => false);
    try {
      return await Promise.race([caughtUp, late]);
    } finally {
      tooLong.abort();
      caughtUp.catch(() => this.catchUpLater(board));
    }
  }

  /** Brings one board to where the ledger is. Rejects with an EngineError if the engine fails meanwhile. */
  catchUp(board: string, upTo?: Version): Promise<void> {
    const running =
      this.running.get(board) ?? this.replay(board, upTo).finally(() => this.running.delete(board));
    this.running.set(board, running);
    return running;
  }

  /** The same, not waited for, and tried until it is done. */
  catchUpInBackground(board: string): void {
    this.catchUp(board).catch(() => this.catchUpLater(board));
  }

  /** Fills a board anew from the ledger, beside the one that readers see. If this rejects, it has still to be done by the next catch-up. */
  rebuild(board: string): Promise<void> {
    this.asked.add(board);
    return this.catchUpAfresh(board);
  }

  /** The same, not waited for, and tried until it is done. */
  rebuildInBackground(board: string): void {
    this.rebuild(board).catch(() => this.catchUpLater(board));
  }

  /** Brings a board to where the ledger is by now. Resolves after the first attempt, and goes on trying by itself. */
  async catchUpNowOrLater(board: string): Promise<void> {
    await this.catchUpAfresh(board).catch(() => this.catchUpLater(board));
  }

  /** What is running may have looked at the board before what this is about. */
  private async catchUpAfresh(board: string): Promise<void> {
    await this.running.get(board)?.catch(() => undefined);
    await this.catchUp(board);
  }

  private async catchUpAll(): Promise<void> {
    const few = bulkhead(BOARDS_AT_ONCE, Infinity);
    const catchUp = (board: string) => this.catchUp(board).catch(() => this.catchUpLater(board));
    try {
      const boards = await this.ledger.boards();
      await Promise.all(boards.map(({ board }) => few.execute(() => catchUp(board))));
    } catch {
      // Without the database there is nothing to replay from; the next batch or reader finds the gap.
    }
  }

  private async replay(name: string, upTo?: Version): Promise<void> {
    if (this.asked.has(name)) return this.rebuildNow(name);
    const board = await this.ledger.board(name);
    // Whatever was accepted up to the board's sequence is in these periods, or in some that are over.
    const periods = periodsOf(board, await this.clock.now());
    const progress = await this.store.progress(board, periods);
    if (!progress) return this.rebuildNow(name);
    const { position } = progress;
    if (!(await this.history.has(board, progress))) {
      // Somebody may just have forgotten a player; else the ledger has lost what the engine shows.
      const isLost = await this.history.disown(name, { edition: board.edition, ...progress });
      if (isLost) await this.rebuildNow(name);
      return;
    }
    const range = { after: position, upTo: upTo && position <= upTo.sequence ? upTo : board };
    for await (const change of this.ledger.changes(board, periods, range)) {
      if (!(await this.store.apply(board, periods, change))) throw lostAgain(name);
    }
  }

  private async rebuildNow(name: string): Promise<void> {
    const isAsked = this.asked.delete(name);
    let isDone = false;
    try {
      isDone = await this.rebuilds.rebuild(name);
    } finally {
      if (isAsked && !isDone) this.asked.add(name);
    }
    if (isDone) return;
    await delay(OTHERS_REBUILD_MS, undefined, { ref: false });
    return this.replay(name);
  }

  private catchUpLater(board: string): void {
    if (this.closed || this.retries.has(board)) return;
    const retry = () => {
      this.retries.delete(board);
      this.catchUpInBackground(board);
    };
    this.retries.set(board, setTimeout(retry, RETRY_MS).unref());
  }
}
