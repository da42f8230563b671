import { Client } from 'pg';
import { DatabaseUnavailableError } from './database.errors.js';

type Connected = (error?: Error) => void;

/** A connection. Whatever keeps it from being made, the database is unavailable: no server, no TLS, no password, no more connections. */
export class DatabaseClient extends Client {
  override connect(): Promise<this>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<this> | void {
    if (callback)
      return super.connect((error: Error | null) => callback(error ? unavailable(error) : undefined));
    return super.connect().then(
      () => this,
      (error: unknown) => {
        throw unavailable(error);
      },
    );
  }
}

function unavailable(cause: unknown): DatabaseUnavailableError {
  return new DatabaseUnavailableError({ cause });
}
