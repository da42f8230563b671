import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';
import { applyArguments, type Change, keysOf, withExpiry } from './apply-arguments.js';
import { type BoardKeys, leaderboardKeys, type LeaderboardKeys } from './leaderboard.keys.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';
import { APPLY, FILL, SWAP_IN } from './scripts.js';
import type { Board } from '../ledger/board.js';
import type { Period } from '../domain/periods.js';

/** A crashed rebuild leaves its keys behind for so long. */
const LIFETIME_SECONDS = 600;

/** Board sets that are filled aside, unseen by readers until they are whole. */
@Injectable()
export class RebuildStore {
  private readonly engine: RedisEngine;
  private readonly keys: LeaderboardKeys;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.keys = leaderboardKeys(keyPrefix);
  }

  begin(board: Board, periods: readonly Period[]): BoardRebuild {
    const { engine, keys } = this;
    const id = randomUUID();
    return new BoardRebuild(engine, board, {
      periods,
      live: keys.board(board.board),
      aside: keys.rebuild(board.board, id),
    });
  }
}

/** One board's new sets. Methods reject with an EngineError if the engine fails; then the rebuild begins again. */
export class BoardRebuild {
  private readonly players = new Map<string, number>();

  constructor(
    private readonly engine: RedisEngine,
    private readonly board: Board,
    private readonly where: { periods: readonly Period[]; live: BoardKeys; aside: BoardKeys },
  ) {}

  /** Adds players to a period: composite and id of each, one after the other. */
  async fill(period: string, members: readonly string[]): Promise<void> {
    const key = this.where.aside.standings(period);
    const added = (await this.engine.run(FILL, [key], [String(LIFETIME_SECONDS), ...members])) as number;
    this.players.set(period, (this.players.get(period) ?? 0) + added);
  }

  /** Says what has been filled in, which is compared with what is there when it is swapped in. */
  async finish(): Promise<void> {
    const { board, players, where } = this;
    const state = {
      ledger: board.ledger,
      edition: board.edition,
      position: board.sequence,
      mark: board.mark,
    };
    await this.engine.client
      .multi()
      .hSet(where.aside.state, { ...state, ...Object.fromEntries(players) })
      .expire(where.aside.state, LIFETIME_SECONDS)
      .exec();
  }

  /** Brings the new sets up to date; false if they are not there any more. */
  async apply(change: Change): Promise<boolean> {
    const { periods, aside } = this.where;
    const expiring = periods.map(({ name }) => ({ name, expires: `+${LIFETIME_SECONDS}` }));
    const args = applyArguments(this.board, expiring, change);
    return (await this.engine.run(APPLY, keysOf(aside, periods), args)) !== null;
  }

  /** `lost`: a part of the new is gone. Else what readers see already, if that is more. */
  async swapIn(): Promise<'done' | 'lost' | { edition: number; position: number }> {
    const { periods, live, aside } = this.where;
    const keys = periods.flatMap(({ name }) => [
      live.standings(name),
      aside.standings(name),
      `${aside.standings(name)}:old`,
    ]);
    const args = periods.map(withExpiry).flatMap(({ name, expires }) => [name, expires]);
    const outcome = (await this.engine.run(SWAP_IN, [live.state, aside.state, ...keys], args)) as
      'done' | 'lost' | [edition: number, position: number];
    return Array.isArray(outcome) ? { edition: outcome[0], position: outcome[1] } : outcome;
  }

  /** Frees what was filled in, if it was not swapped in. */
  async discard(): Promise<void> {
    const { periods, aside } = this.where;
    await this.engine.client.unlink(keysOf(aside, periods));
  }
}
