import { Injectable } from '@nestjs/common';
import { DatabaseUnavailableError } from '../../database/index.js';
import type { PlayerProfile } from '../api/leaderboard.schemas.js';
import { LedgerProfiles } from './player-profiles.js';
import { ignoreEngineError } from '../../engine/index.js';
import { PlayerNamesStore } from './player-names.store.js';

/** Names of players, in the ledger, with a cache in the engine. Names are a courtesy: what fails leaves them out. */
@Injectable()
export class PlayerNames {
  constructor(
    private readonly profiles: LedgerProfiles,
    private readonly store: PlayerNamesStore,
  ) {}

  async save(playerId: string, { name, country }: PlayerProfile): Promise<void> {
    await this.profiles.save(playerId, { name, country });
    await this.store.save(playerId, name).catch(ignoreEngineError);
  }

  /** Rejects with an EngineError if the cache could not be reached: the name may stay there for an hour. */
  async forget(playerId: string): Promise<void> {
    await this.profiles.forget(playerId);
    // Not removed: a reader that found the name just before would put it back.
    await this.store.save(playerId, '');
  }

  async of(playerIds: readonly string[]): Promise<Map<string, string>> {
    const known = await this.store.find(playerIds).catch(ignoreEngineError);
    const unknown = playerIds.filter((id) => !known?.has(id));
    if (unknown.length === 0) return known ?? new Map();
    const found = await this.profiles.namesOf(unknown).catch(passOverDatabaseFailure);
    if (!found) return known ?? new Map();
    const learned = new Map(unknown.map((id) => [id, found.get(id) ?? '']));
    if (known) await this.store.learn(learned).catch(ignoreEngineError);
    return new Map([...(known ?? []), ...learned]);
  }
}

function passOverDatabaseFailure(error: unknown): undefined {
  if (!(error instanceof DatabaseUnavailableError)) throw error;
  return undefined;
}
