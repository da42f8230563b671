import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';

/** What a game server stores about a player. */
export interface PlayerProfile {
  name: string;
  /** An ISO 3166-1 code such as `NL`. */
  country?: string | null | undefined;
}

/** Names and countries of players, in PostgreSQL. */
@Injectable()
export class PlayerProfiles {
  constructor(private readonly database: Database) {}

  async save(playerId: string, { name, country }: PlayerProfile): Promise<void> {
    await this.database.query(
      `INSERT INTO players (player_id, name, country) VALUES ($1, $2, $3)
       ON CONFLICT (player_id) DO UPDATE SET name = excluded.name, country = excluded.country`,
      [playerId, name, country ?? null],
    );
  }

  async find(playerId: string): Promise<PlayerProfile | null> {
    const sql = 'SELECT name, country FROM players WHERE player_id = $1';
    return (await this.database.query<{ name: string; country: string | null }>(sql, [playerId]))[0] ?? null;
  }

  /** Without players who have no profile. */
  async namesOf(playerIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ player_id: string; name: string }>(
      'SELECT player_id, name FROM players WHERE player_id = ANY($1)',
      [playerIds],
    );
    return new Map(rows.map(({ player_id, name }) => [player_id, name]));
  }

  async delete(playerId: string): Promise<void> {
    await this.database.query('DELETE FROM players WHERE player_id = $1', [playerId]);
  }
}
