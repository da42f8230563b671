import { Injectable } from '@nestjs/common';
import { ignoreEngineError } from '../../engine/index.js';
import { periodsOf, recentlyEnded } from '../domain/periods.js';
import { checked, removalArgument } from '../domain/submission.schemas.js';
import type { RemovalOptions } from '../leaderboard.queries.js';
import { DatabaseClock } from '../ledger/database-clock.js';
import { ProjectionStore } from '../sorted-sets/projection.store.js';
import { BoardSync } from '../sync/board-sync.js';
import { type BoardRemoval, LedgerRemoval } from './ledger-removal.js';
import { PlayerNames } from './player-names.js';

/** Removes a player from the ledger, the sorted sets and the name cache. The cost follows the boards that the player is on. */
@Injectable()
export class PlayerRemoval {
  constructor(
    private readonly ledger: LedgerRemoval,
    private readonly store: ProjectionStore,
    private readonly sync: BoardSync,
    private readonly names: PlayerNames,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * Submissions are anonymised last: they say which boards the player is on, so a removal that failed can be repeated.
   *
   * @throws {EngineError} if the engine is unreachable. Then the ledger has no name and no standings of the player, and the boards follow.
   */
  async remove(playerId: string): Promise<void> {
    const removals: BoardRemoval[] = [];
    for (const board of await this.ledger.boardsOf(playerId)) {
      removals.push(await this.removeFromBoard(board, playerId));
    }
    await this.names.remove(playerId);
    await this.ledger.deleteBanReasons(playerId);
    for (const removal of removals) await this.anonymise(removal, playerId);
  }

  /**
   * Removes a player from one board, as if nothing had been submitted. With `ban`, what comes later is rejected.
   *
   * @throws {LeaderboardError} E_BOARD_UNKNOWN
   * @throws {InvalidInputError} if the reason is too long, or has characters that PostgreSQL rejects
   * @throws {EngineError} if the engine is unreachable; then repeat the call
   */
  async removeFrom(board: string, playerId: string, options: RemovalOptions = {}): Promise<void> {
    checked(removalArgument, { ...options, playerId });
    await this.anonymise(await this.removeFromBoard(board, playerId, options), playerId);
  }

  async liftBan(board: string, playerId: string): Promise<void> {
    await this.ledger.liftBan(board, playerId);
  }

  private async anonymise({ after: board, batches }: BoardRemoval, playerId: string): Promise<void> {
    // Nothing else changes the sets of periods that have ended.
    const ended = recentlyEnded(board, await this.clock.now());
    await this.store.removeFromPeriods(board, ended, playerId);
    await this.ledger.anonymiseSubmissions(board.board, playerId, batches);
  }

  private async removeFromBoard(
    board: string,
    playerId: string,
    options?: RemovalOptions,
  ): Promise<BoardRemoval> {
    const removal = await this.ledger.removeFromBoard(board, playerId, options);
    const { before, after } = removal;
    const isRemoved =
      after.epoch > before.epoch &&
      (await this.store
        .remove(before, after, { playerId, periods: periodsOf(after, await this.clock.now()) })
        .catch(ignoreEngineError));
    // Sets of the earlier epoch are rebuilt. Also finds sets that a node left with the player when it died after the ledger's part.
    if (!isRemoved) await this.sync.catchUpNowOrLater(board);
    return removal;
  }
}
