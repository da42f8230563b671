import { Injectable } from '@nestjs/common';
import { DatabaseUnavailableError } from '../../database/index.js';
import { ignoreEngineError } from '../../engine/index.js';
import { PlayerNamesStore } from './player-names.store.js';
import { type PlayerProfile, PlayerProfiles } from './player-profiles.js';

/** Names of players, with a cache in the engine. A board without names is worth showing, so reads leave out what cannot be read. */
@Injectable()
export class PlayerNames {
  constructor(
    private readonly profiles: PlayerProfiles,
    private readonly store: PlayerNamesStore,
  ) {}

  async save(playerId: string, { name, country }: PlayerProfile): Promise<void> {
    await this.profiles.save(playerId, { name, country });
    await this.store.save(playerId, name).catch(ignoreEngineError);
  }

  /** @throws {EngineError} if the cache is unreachable: it may keep the name for an hour. */
  async remove(playerId: string): Promise<void> {
    await this.profiles.delete(playerId);
    // The empty name, not HDEL: a concurrent reader that has just read the name would store it again.
    await this.store.save(playerId, '');
  }

  /** Names by player id. A player without a profile has the empty name or none. */
  async of(playerIds: readonly string[]): Promise<Map<string, string>> {
    const cached = await this.store.find(playerIds).catch(ignoreEngineError);
    const missing = playerIds.filter((id) => !cached?.has(id));
    if (missing.length === 0) return cached ?? new Map();
    const found = await this.profiles.namesOf(missing).catch(ignoreDatabaseOutage);
    if (!found) return cached ?? new Map();
    const names = new Map(missing.map((id) => [id, found.get(id) ?? '']));
    if (cached) await this.store.saveMissing(names).catch(ignoreEngineError);
    return new Map([...(cached ?? []), ...names]);
  }
}

function ignoreDatabaseOutage(error: unknown): undefined {
  if (!(error instanceof DatabaseUnavailableError)) throw error;
  return undefined;
}
