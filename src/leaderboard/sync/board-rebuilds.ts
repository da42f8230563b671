import { Injectable, Logger } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { readCompositeLines } from './composite-lines.js';
import { tell } from '../leaderboard.channel.js';
import { LeaderboardLedger, type WholeBoard } from '../ledger/leaderboard.ledger.js';
import type { Board } from '../ledger/board.js';
import { LedgerClock } from '../ledger/database-clock.js';
import { LedgerHistory } from '../ledger/ledger-history.js';
import { ignoreEngineError } from '../../engine/index.js';
import { lostAgain } from './outages.js';
import { areSamePeriods, type Period, periodsOf } from '../domain/periods.js';
import { type BoardRebuild, RebuildStore } from '../sorted-sets/rebuild.store.js';

/** Each reads the ledger through a connection of its own; an engine that was flushed has lost every board. */
const AT_ONCE = 2;
const ATTEMPTS = 3;
const CHUNK = 1_000;
/** Chunks on their way to the engine while the next is read. */
const CHUNKS_AHEAD = 4;

/** Fills boards anew from the ledger, beside the ones that readers see. */
@Injectable()
export class LeaderboardRebuilds {
  private readonly logger = new Logger('Leaderboard');
  private readonly few = bulkhead(AT_ONCE, Infinity);

  constructor(
    private readonly ledger: LeaderboardLedger,
    private readonly history: LedgerHistory,
    private readonly rebuilds: RebuildStore,
    private readonly clock: LedgerClock,
  ) {}

  /** False if another node is doing it already. Rejects with an EngineError if the engine fails meanwhile. */
  rebuild(board: string): Promise<boolean> {
    return this.few.execute(() => this.rebuildNow(board));
  }

  private async rebuildNow(name: string): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.ledger.isBeingRead(name)) return false;
      const isDone = await this.ledger.readWhole(name, (board, standings) =>
        this.fillAside(board, standings),
      );
      if (isDone === null) return false;
      if (!isDone) continue;
      this.logger.log(`The board "${name}" was rebuilt from the ledger`);
      tell(name, 'rebuilt');
      return true;
    }
    throw lostAgain(name);
  }

  /** False if it came to nothing: then begin again. */
  private async fillAside(board: Board, standings: WholeBoard): Promise<boolean> {
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

  /** Readers' versions never go back: what was committed meanwhile comes first. */
  private async swapIn(board: Board, periods: readonly Period[], rebuild: BoardRebuild): Promise<boolean> {
    for (let after = board.sequence; ;) {
      const now = await this.ledger.board(board.board);
      // A period that began meanwhile may have scores already, for which nothing was filled.
      const current = periodsOf(now, await this.clock.now());
      const isSame = now.edition === board.edition && areSamePeriods(current, periods);
      if (!isSame) return false;
      for await (const change of this.ledger.changes(board, periods, { after, upTo: now })) {
        if (!(await rebuild.apply(change))) return false;
      }
      const outcome = await rebuild.swapIn();
      if (outcome === 'done' || outcome === 'lost') return outcome === 'done';
      // Somebody has just written; else the ledger has lost what the engine shows, and is of another edition at the next turn.
      await this.history.disown(board.board, outcome);
      after = now.sequence;
    }
  }
}

async function fill(rebuild: BoardRebuild, period: string, lines: AsyncIterable<Buffer>): Promise<void> {
  const filling = new Set<Promise<void>>();
  let failure: unknown;
  for await (const members of readCompositeLines(lines, CHUNK)) {
    const chunk = rebuild.fill(period, members).catch((error: unknown) => void (failure ??= error));
    filling.add(chunk);
    void chunk.finally(() => filling.delete(chunk));
    if (filling.size >= CHUNKS_AHEAD) await Promise.race(filling);
    if (failure) break;
  }
  await Promise.all(filling);
  if (failure) throw failure;
}
