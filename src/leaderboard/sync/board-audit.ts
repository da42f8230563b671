import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ignoreEngineError } from '../../engine/index.js';
import { periodsOf } from '../domain/periods.js';
import { boardSizeChannel } from '../leaderboard.channel.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { EndedPeriods } from '../past/ended-periods.js';
import { PastPeriods } from '../past/past-periods.js';
import { ProjectionStore } from '../sorted-sets/projection.store.js';
import { RankingStore } from '../sorted-sets/ranking.store.js';
import { BoardSync } from './board-sync.js';

const AUDIT_MS = 1_000;
/** Boards that accepted scores within this time are audited. */
const ACTIVE_SECONDS = 60;
const MINUTE_MS = 60_000;
const LARGEST_DELETE = 10_000;
/** Then boards are audited again, however much is left to delete. */
const LONGEST_CLEANUP_MS = 500;

/** Repairs boards whose node died, deletes periods that are no longer kept, and reports sizes. */
@Injectable()
export class BoardAudit implements OnApplicationBootstrap, OnModuleDestroy {
  /** The ledger's version of each board at the audit before. Sorted sets that have not reached it by now have lost something. */
  private versions = new Map<string, number>();
  private measuredAt = -Infinity;
  private expiredAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly pastPeriods: PastPeriods,
    private readonly endedPeriods: EndedPeriods,
    private readonly store: ProjectionStore,
    private readonly ranking: RankingStore,
    private readonly sync: BoardSync,
    private readonly clock: DatabaseClock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.audit(), AUDIT_MS).unref();
  }

  onModuleDestroy(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async audit(): Promise<void> {
    try {
      await this.auditActiveBoards();
      await this.expirePeriods();
      await this.deleteEndedPeriods();
      await this.measureBoards();
    } catch {
      // The database is down, so there is nothing to compare with.
    }
    if (!this.closed) this.onApplicationBootstrap();
  }

  /** A node that died after its commit, or a failover that lost writes, leaves the sorted sets behind the ledger. */
  private async auditActiveBoards(): Promise<void> {
    const { versions } = this;
    const boards = await this.ledger.activeBoards(ACTIVE_SECONDS);
    this.versions = new Map(boards.map(({ board, version }) => [board, version]));
    const now = await this.clock.now();
    for (const board of boards) {
      const progress = await this.store.progress(board, periodsOf(board, now)).catch(ignoreEngineError);
      const { appliedVersion, checkpoint } = progress ?? { appliedVersion: -1, checkpoint: null };
      const isBehind = appliedVersion < (versions.get(board.board) ?? 0);
      const isOfOtherHistory =
        appliedVersion > board.version ||
        (appliedVersion === board.version && checkpoint !== null && checkpoint !== board.checkpoint);
      // Not awaited: a large board takes long, and there are others.
      if (isBehind || isOfOtherHistory) this.sync.catchUpInBackground(board.board);
    }
  }

  private async expirePeriods(): Promise<void> {
    if (performance.now() - this.expiredAt < MINUTE_MS) return;
    this.expiredAt = performance.now();
    await this.pastPeriods.expire();
  }

  private async deleteEndedPeriods(): Promise<void> {
    const began = performance.now();
    while (!this.closed && performance.now() - began < LONGEST_CLEANUP_MS) {
      if (!(await this.endedPeriods.deleteSome(LARGEST_DELETE))) return;
    }
  }

  private async measureBoards(): Promise<void> {
    if (!boardSizeChannel.hasSubscribers || performance.now() - this.measuredAt < MINUTE_MS) return;
    this.measuredAt = performance.now();
    for (const board of await this.ledger.boards()) {
      const periods = periodsOf(board, await this.clock.now());
      const measured = await this.ranking.measure(board, periods).catch(ignoreEngineError);
      if (!measured) continue;
      const behind = Math.max(0, board.version - (measured.appliedVersion ?? 0));
      for (const size of measured.sets) boardSizeChannel.publish({ board: board.board, behind, ...size });
    }
  }
}
