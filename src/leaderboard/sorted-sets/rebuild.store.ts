import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';
import type { Board } from '../domain/board.js';
import type { Period } from '../domain/periods.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import type { Change } from '../ledger/ledger-replay.js';
import { type BoardKeys, leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { applyArguments, keysOf, withExpiry } from './projection.store.js';
import { APPLY, FILL, SAVE_STATE, SWAP_IN } from './scripts.js';

/** The keys of a rebuild whose node died expire after this. */
const LIFETIME_SECONDS = 600;

/** New sorted sets of a board, which readers do not see until they are complete. */
@Injectable()
export class RebuildStore {
  private readonly engine: RedisEngine;
  private readonly keys: LeaderboardKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.keys = leaderboardKeys(keyPrefix);
  }

  begin(board: Board, periods: readonly Period[]): BoardRebuild {
    const present = this.keys.board(board.board);
    const next = this.keys.rebuild(board.board, randomUUID());
    return new BoardRebuild(this.engine, board, { periods, present, next });
  }
}

/** One rebuild of one board. Methods reject with an EngineError if the engine fails; then start a new rebuild. */
export class BoardRebuild {
  private readonly players = new Map<string, number>();

  constructor(
    private readonly engine: RedisEngine,
    private readonly board: Board,
    private readonly where: { periods: readonly Period[]; present: BoardKeys; next: BoardKeys },
  ) {}

  /** Adds players to a period. `members` are composite score and player id in turn. */
  async fill(period: string, members: readonly string[]): Promise<void> {
    const key = this.where.next.standings(period);
    const added = (await this.engine.run(FILL, [key], [String(LIFETIME_SECONDS), ...members])) as number;
    this.players.set(period, (this.players.get(period) ?? 0) + added);
  }

  /** Writes the state of the new sets. Its numbers of players are compared with the sets when they are swapped in. */
  async finish(): Promise<void> {
    const { ledgerId, epoch, version, checkpoint } = this.board;
    const state = { ledger: ledgerId, edition: epoch, position: version, mark: checkpoint };
    const key = this.where.next.state;
    const fields = Object.entries({ ...state, ...Object.fromEntries(this.players) });
    await this.engine.run(SAVE_STATE, [key], [`${LIFETIME_SECONDS}`, ...fields.flat().map(String)]);
  }

  /** Applies changes that were committed meanwhile. Returns false if the new sets are gone. */
  async apply(change: Change): Promise<boolean> {
    const { periods, next } = this.where;
    const expiring = periods.map(({ name }) => ({ name, expires: `+${LIFETIME_SECONDS}` }));
    const args = applyArguments(this.board, expiring, change);
    return (await this.engine.run(APPLY, keysOf(next, periods), args)) !== null;
  }

  /**
   * Replaces the present sets. Returns `lost` if a part of the new sets is gone, or epoch and version of the present sets if viewers have
   * seen more of them than the new sets have.
   */
  async swapIn(): Promise<'done' | 'lost' | { epoch: number; appliedVersion: number }> {
    const { periods, present, next } = this.where;
    const keys = periods.flatMap(({ name }) => [
      present.standings(name),
      next.standings(name),
      `${next.standings(name)}:old`,
    ]);
    const args = periods.map(withExpiry).flatMap(({ name, expires }) => [name, expires]);
    const outcome = (await this.engine.run(SWAP_IN, [present.state, next.state, ...keys], args)) as
      'done' | 'lost' | [epoch: number, version: number];
    return Array.isArray(outcome) ? { epoch: outcome[0], appliedVersion: outcome[1] } : outcome;
  }

  /** Deletes the new sets if they were not swapped in. */
  async discard(): Promise<void> {
    const { periods, next } = this.where;
    await this.engine.unlinkMany(keysOf(next, periods));
  }
}
