import { Inject, Injectable } from '@nestjs/common';
import { type RedisEngine, replaceForeign } from '../../engine/index.js';
import { leaderboardKeys } from '../sorted-sets/leaderboard.keys.js';
import { SAVE_MISSING_NAMES, SAVE_NAME } from '../sorted-sets/scripts.js';
import { LEADERBOARD_OPTIONS, type LeaderboardOptions } from '../leaderboard.options.js';

/** Bounds how long a name is stale when a change did not reach the engine. */
const LIFETIME_SECONDS = 3600;

/** A cache of names in the engine. A player without a profile has the empty name. Every method rejects with an EngineError if the engine fails. */
@Injectable()
export class PlayerNamesStore {
  private readonly engine: RedisEngine;
  private readonly key: string;

  constructor(@Inject(LEADERBOARD_OPTIONS) { engine, keyPrefix }: LeaderboardOptions) {
    this.engine = engine;
    this.key = leaderboardKeys(keyPrefix).playerNames;
  }

  async find(playerIds: readonly string[]): Promise<Map<string, string>> {
    if (playerIds.length === 0) return new Map();
    const { key } = this;
    const read = () => this.engine.call(key, (client) => client.hmGet(key, [...playerIds]));
    const names = await this.onHash(read);
    return new Map(
      playerIds.flatMap((id, i) => (typeof names[i] === 'string' ? [[id, names[i]] as const] : [])),
    );
  }

  async save(playerId: string, name: string): Promise<void> {
    const args = [`${LIFETIME_SECONDS}`, playerId, name];
    await this.onHash(() => this.engine.run(SAVE_NAME, [this.key], args));
  }

  /** Caches names that were read from PostgreSQL, except for names that were saved since. */
  async saveMissing(names: ReadonlyMap<string, string>): Promise<void> {
    const args = [`${LIFETIME_SECONDS}`, ...[...names].flat()];
    await this.onHash(() => this.engine.run(SAVE_MISSING_NAMES, [this.key], args));
  }

  /** Content of another type is deleted: names are read again from PostgreSQL. */
  private onHash<T>(send: () => Promise<T>): Promise<T> {
    return replaceForeign(this.engine, { keys: [this.key], type: 'hash' }, send);
  }
}
