import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { SharedRate } from './arena.rate.js';

export const ARENA_MIGRATIONS = [
  `CREATE TABLE arena_choice (
     is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
     scores_per_second integer NOT NULL,
     chosen_until timestamptz NOT NULL
   );
   CREATE TABLE arena_nodes (node uuid PRIMARY KEY, plays_until timestamptz NOT NULL);`,
];

/** A page that is left open does not keep a high rate. */
const CHOICE_ENDS_AFTER = '10 minutes';
/** A node that died no longer counts after this time. */
const PLAYS_FOR = '5 seconds';

interface Row {
  scoresPerSecond: number | null;
  until: Date | null;
  nodes: number;
}

/** The chosen rate, and the nodes that play, in PostgreSQL: the board must go on while the engine is down. */
@Injectable()
export class ArenaRepository {
  private readonly node = randomUUID();

  constructor(private readonly database: Database) {}

  async choose(scoresPerSecond: number): Promise<void> {
    await this.database.query(
      `INSERT INTO arena_choice (scores_per_second, chosen_until) VALUES ($1, now() + $2::interval)
       ON CONFLICT (is_only) DO UPDATE
         SET scores_per_second = excluded.scores_per_second, chosen_until = excluded.chosen_until`,
      [scoresPerSecond, CHOICE_ENDS_AFTER],
    );
  }

  /** Reports that this node plays. Repeat it each second. */
  async join(): Promise<SharedRate> {
    await this.database.query(
      `INSERT INTO arena_nodes (node, plays_until) VALUES ($1, now() + $2::interval)
       ON CONFLICT (node) DO UPDATE SET plays_until = excluded.plays_until`,
      [this.node, PLAYS_FOR],
    );
    return this.read();
  }

  /** Reports that this node no longer plays. The choice ends with the last one. */
  async leave(): Promise<void> {
    await this.database.query('DELETE FROM arena_nodes WHERE node = $1 OR plays_until <= now()', [this.node]);
    // Not in the same statement: of nodes that leave at once, the last one must see that the others have left.
    await this.database.query(
      'DELETE FROM arena_choice WHERE NOT EXISTS (SELECT FROM arena_nodes WHERE plays_until > now())',
    );
  }

  /** This node counts in any case. */
  async read(): Promise<SharedRate> {
    const [row] = await this.database.query<Row>(
      `SELECT scores_per_second AS "scoresPerSecond", chosen_until AS until,
         1 + (SELECT count(*)::int FROM arena_nodes WHERE node <> $1 AND plays_until > now()) AS nodes
       FROM (VALUES (1)) AS always LEFT JOIN arena_choice ON chosen_until > now()`,
      [this.node],
    );
    const { scoresPerSecond = null, until = null, nodes = 1 } = row ?? {};
    return { choice: scoresPerSecond === null || until === null ? null : { scoresPerSecond, until }, nodes };
  }
}
