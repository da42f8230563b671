import { Inject, Injectable } from '@nestjs/common';
import { EngineError, type RedisEngine } from '../../engine/index.js';
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
    await this.engine.run(SAVE_MISSING_NAMES, [this.key], [`${LIFETIME_SECONDS}`, ...[...names].flat()]);
  }

  /** If another writer left content of another type under the key, deletes it and sends the command again. */
  private async onHash<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof EngineError) || error.outcome !== 'failed') throw error;
      const { key } = this;
      if ((await this.engine.call(key, (client) => client.type(key))) === 'hash') throw error;
      await this.engine.call(key, (client) => client.unlink(key));
      return send();
    }
  }
}
