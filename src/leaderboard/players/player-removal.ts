import { Injectable } from '@nestjs/common';
import { LeaderboardProjection } from '../sync/board-sync.js';
import { LeaderboardStore } from '../sorted-sets/sorted-sets.store.js';
import { LedgerClock } from '../ledger/database-clock.js';
import { type Forgotten, LedgerForgetting, type Removal } from '../ledger/remove-player.js';
import { ignoreEngineError } from '../../engine/index.js';
import { justEnded, periodsOf } from '../domain/periods.js';
import { PlayerNames } from './player-names.js';

/** Forgets players. The cost follows the boards that a player is on, not those there are. */
@Injectable()
export class LeaderboardForgetting {
  constructor(
    private readonly ledger: LedgerForgetting,
    private readonly store: LeaderboardStore,
    private readonly projection: LeaderboardProjection,
    private readonly names: PlayerNames,
    private readonly clock: LedgerClock,
  ) {}

  /**
   * Forgets a player in the ledger, in the sorted sets and in the cache of names. Rejects with an EngineError if the engine cannot be
   * reached: then the player has no name and no standings in the ledger any more, and boards follow by themselves. The submissions say
   * which boards the player was on, so they are forgotten last, and this can be called again.
   */
  async forget(playerId: string): Promise<void> {
    const boards: Forgotten[] = [];
    for (const board of await this.ledger.boardsOf(playerId))
      boards.push(await this.forgetOnBoard(board, playerId));
    await this.names.forget(playerId);
    for (const { board, batches } of boards) {
      // Sets of days, weeks and months that are over: nothing else changes them any more.
      await this.store.removeEnded(board, justEnded(board, await this.clock.now()), playerId);
      await this.ledger.forgetSubmissions(board.board, playerId, batches);
    }
  }

  private async forgetOnBoard(board: string, playerId: string): Promise<Forgotten> {
    const forgotten = await this.ledger.forgetOnBoard(board, playerId);
    const isRemoved = forgotten.removal && (await this.remove(forgotten.removal, playerId));
    // An earlier edition cannot be replayed, so what has the player still is rebuilt; also after a node that died between ledger and sets.
    if (!isRemoved) await this.projection.catchUpNowOrLater(board);
    return forgotten;
  }

  private async remove({ before, after }: Removal, playerId: string): Promise<boolean | undefined> {
    const periods = periodsOf(after, await this.clock.now());
    return this.store.remove(before, after, { playerId, periods }).catch(ignoreEngineError);
  }
}
