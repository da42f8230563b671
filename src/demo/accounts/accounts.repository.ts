import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';

export const ACCOUNTS_MIGRATIONS = [
  `CREATE TABLE accounts (
     account_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     username text NOT NULL UNIQUE,
     password_hash text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   );`,
];

export interface Account {
  accountId: string;
  username: string;
  passwordHash: string;
}

/** Accounts in PostgreSQL. */
@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  /** @returns the new account's id; null if the name is taken. */
  async create(username: string, passwordHash: string): Promise<string | null> {
    const [row] = await this.database.query<{ account_id: string }>(
      `INSERT INTO accounts (username, password_hash) VALUES ($1, $2)
       ON CONFLICT (username) DO NOTHING RETURNING account_id`,
      [username, passwordHash],
    );
    return row?.account_id ?? null;
  }

  async find(username: string): Promise<Account | null> {
    const [row] = await this.database.query<{ account_id: string; username: string; password_hash: string }>(
      'SELECT account_id, username, password_hash FROM accounts WHERE username = $1',
      [username],
    );
    return row
      ? { accountId: row.account_id, username: row.username, passwordHash: row.password_hash }
      : null;
  }

  /** @returns false if another request has changed the password first. */
  async changePassword({ accountId, passwordHash: before }: Account, passwordHash: string): Promise<boolean> {
    const changed = await this.database.query(
      'UPDATE accounts SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2 RETURNING account_id',
      [accountId, before, passwordHash],
    );
    return changed.length > 0;
  }
}
