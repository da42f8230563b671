import type { TokenStorage } from '../invalidation/validity-tokens.js';

/** An entry, and the validity tokens that were read with it. Null where a key is missing or holds a value of another type. */
export interface EntryFound {
  entry: Buffer | null;
  tokens: (string | null)[];
}

/**
 * What the query cache needs of an engine: entries, which are bytes, and validity tokens and leases, which are short texts under keys of their
 * own. Lifetimes are in seconds. Every method rejects with an EngineError if the engine fails.
 */
export interface EngineTier extends TokenStorage {
  /** Reads an entry and validity tokens in one round trip. */
  find(entry: string, tokenKeys: readonly string[]): Promise<EntryFound>;
  write(entry: string, bytes: Buffer, lifeSeconds: number): Promise<void>;
  read(tokenKeys: readonly string[]): Promise<(string | null)[]>;
  /** Creates the key of a lease. @returns false if it exists already. */
  acquire(key: string, lifeSeconds: number): Promise<boolean>;
  /** Gives an acquired key this life from now on. */
  renew(key: string, lifeSeconds: number): Promise<void>;
}
