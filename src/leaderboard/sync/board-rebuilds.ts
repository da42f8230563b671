import { Injectable, Logger } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { ignoreEngineError } from '../../engine/index.js';
import type { Board } from '../domain/board.js';
import { areSamePeriods, type Period, periodsOf } from '../domain/periods.js';
import { publishBoardEvent } from '../leaderboard.channel.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { LeaderboardLedger } from '../ledger/leaderboard.ledger.js';
import { LedgerHistory } from '../ledger/ledger-history.js';
import { LedgerReplay, type StandingLines } from '../ledger/ledger-replay.js';
import { type BoardRebuild, RebuildStore } from '../sorted-sets/rebuild.store.js';
import { readCompositeLines } from './composite-lines.js';
import { boardIsRebuilt } from './outages.js';

/** Each rebuild has a database connection of its own, and an engine that was flushed lost every board. */
const CONCURRENT_REBUILDS = 2;
const ATTEMPTS = 3;
const PLAYERS_PER_CHUNK = 1_000;
/** Chunks that are being written while the next is read. */
const CHUNKS_IN_FLIGHT = 4;

/** Fills new sorted sets from the ledger. Readers see the present ones until the new ones replace them. */
@Injectable()
export class BoardRebuilds {
  private readonly logger = new Logger('Leaderboard');
  private readonly limiter = bulkhead(CONCURRENT_REBUILDS, Infinity);

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly replay: LedgerReplay,
    private readonly history: LedgerHistory,
    private readonly rebuilds: RebuildStore,
    private readonly clock: DatabaseClock,
  ) {}

  /** Returns false if another node rebuilds the board. @throws {EngineError} if the engine fails meanwhile */
  rebuild(board: string): Promise<boolean> {
    return this.limiter.execute(() => this.rebuildNow(board));
  }

  private async rebuildNow(name: string): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.replay.isBeingRead(name)) return false;
      const isDone = await this.replay.readBoard(name, (board, standings) => this.replace(board, standings));
      if (isDone === null) return false;
      if (!isDone) continue;
      this.logger.log(`The board "${name}" was rebuilt from the ledger`);
      publishBoardEvent(name, 'rebuilt');
      return true;
    }
    throw boardIsRebuilt(name);
  }

  /** Returns false if the rebuild must be started again. */
  private async replace(board: Board, standings: StandingLines): Promise<boolean> {
    const periods = periodsOf(board, await this.clock.now());
    const rebuild = this.rebuilds.begin(board, periods);
    let isDone = false;
    try {
      for (const { name } of periods) await fill(rebuild, name, standings(name));
      await rebuild.finish();
      isDone = await this.swapIn(board, periods, rebuild);
      return isDone;
    } finally {
      if (!isDone) await rebuild.discard().catch(ignoreEngineError);
    }
  }

  /** Applies what was committed meanwhile first, since versions that readers see never go back. */
  private async swapIn(board: Board, periods: readonly Period[], rebuild: BoardRebuild): Promise<boolean> {
    for (let after = board.version; ;) {
      const now = await this.ledger.board(board.board);
      // A period that began meanwhile may have scores which the new sets lack.
      const current = periodsOf(now, await this.clock.now());
      if (now.epoch !== board.epoch || !areSamePeriods(current, periods)) return false;
      for await (const change of this.replay.changes(board, periods, { after, upTo: now })) {
        if (!(await rebuild.apply(change))) return false;
      }
      const outcome = await rebuild.swapIn();
      if (outcome === 'done' || outcome === 'lost') return outcome === 'done';
      // Either another node has just written, or the ledger lost what the sets show: then this starts another epoch.
      await this.history.disown(board.board, { ...outcome, checkpoint: null });
      after = now.version;
    }
  }
}

async function fill(rebuild: BoardRebuild, period: string, lines: AsyncIterable<Buffer>): Promise<void> {
  const filling = new Set<Promise<void>>();
  let failure: unknown;
  for await (const members of readCompositeLines(lines, PLAYERS_PER_CHUNK)) {
    const chunk = rebuild.fill(period, members).catch((error: unknown) => void (failure ??= error));
    filling.add(chunk);
    void chunk.finally(() => filling.delete(chunk));
    if (filling.size >= CHUNKS_IN_FLIGHT) await Promise.race(filling);
    if (failure) break;
  }
  await Promise.all(filling);
  if (failure) throw failure;
}
