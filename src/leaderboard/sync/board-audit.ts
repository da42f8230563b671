import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { boardSizeChannel } from '../leaderboard.channel.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { LeaderboardProjection } from './board-sync.js';
import { LeaderboardStore } from '../sorted-sets/sorted-sets.store.js';
import { LedgerClock } from '../ledger/database-clock.js';
import { ignoreEngineError } from '../../engine/index.js';
import { periodsOf } from '../domain/periods.js';

const AUDIT_MS = 1_000;
const AUDITED_SECONDS = 60;
const MEASURE_MS = 60_000;
const CLEARED_AT_ONCE = 10_000;
/** Then the boards are compared again, however much is left to clear. */
const CLEAR_FOR_MS = 500;

/** Looks after boards that nobody else looks after: whose node died, and whose days are over. Tells what they take. */
@Injectable()
export class LeaderboardAudit implements OnApplicationBootstrap, OnModuleDestroy {
  /** Where each ledger was at the audit before: whoever has not come so far by now has lost something. */
  private seen = new Map<string, number>();
  private measuredAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly store: LeaderboardStore,
    private readonly projection: LeaderboardProjection,
    private readonly clock: LedgerClock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.auditOnce(), AUDIT_MS).unref();
  }

  onModuleDestroy(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async auditOnce(): Promise<void> {
    try {
      await this.auditActiveBoards();
      await this.clearEndedPeriods();
      await this.measureBoards();
    } catch {
      // Without the database there is nothing to compare.
    }
    if (!this.closed) this.onApplicationBootstrap();
  }

  /** A node that died between commit and projection, or a failover that lost writes, leaves a board behind its ledger. */
  private async auditActiveBoards(): Promise<void> {
    const { seen } = this;
    const boards = await this.ledger.activeBoards(AUDITED_SECONDS);
    this.seen = new Map(boards.map(({ board, sequence }) => [board, sequence]));
    const now = await this.clock.now();
    for (const board of boards) {
      const periods = periodsOf(board, now);
      const progress = await this.store.progress(board, periods).catch(ignoreEngineError);
      const { position, mark } = progress ?? { position: -1, mark: null };
      const isAnother = position === board.sequence && mark !== null && mark !== board.mark;
      // Not waited for: a large board takes its time, and there are others.
      if (position < (seen.get(board.board) ?? 0) || position > board.sequence || isAnother) {
        this.projection.catchUpInBackground(board.board);
      }
    }
  }

  private async clearEndedPeriods(): Promise<void> {
    const began = performance.now();
    while (!this.closed && performance.now() - began < CLEAR_FOR_MS) {
      if (!(await this.ledger.clearEndedPeriods(CLEARED_AT_ONCE))) return;
    }
  }

  private async measureBoards(): Promise<void> {
    if (!boardSizeChannel.hasSubscribers || performance.now() - this.measuredAt < MEASURE_MS) return;
    this.measuredAt = performance.now();
    for (const board of await this.ledger.boards()) {
      const periods = periodsOf(board, await this.clock.now());
      const measured = await this.store.measure(board, periods).catch(ignoreEngineError);
      if (!measured) continue;
      const { position, sets } = measured;
      const behind = Math.max(0, board.sequence - (position ?? 0));
      for (const size of sets) boardSizeChannel.publish({ board: board.board, behind, ...size });
    }
  }
}
