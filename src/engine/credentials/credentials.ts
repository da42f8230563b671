import type { RedisClientOptions } from 'redis';
import type { CredentialsError } from './credentials-error.js';

/** The two kinds of providers that node-redis documents: credentials for one connection, and credentials that are renewed while it is open. */
export type ClientProvider = NonNullable<RedisClientOptions['credentialsProvider']>;

/** The credentials of one connection. */
export interface ConnectionCredentials {
  provider: ClientProvider;
  /** The server has refused them. Returns what to correct. */
  refused?: () => CredentialsError;
}

/** Where the connections of an engine get their credentials from. */
export interface Credentials {
  /**
   * Called for every new connection, before it is opened.
   *
   * @throws {CredentialsError} if there are none now.
   */
  open(): Promise<ConnectionCredentials>;
}

/** Credentials that are sent once, when the connection is opened. */
export function sentOnce(login: { username?: string; password?: string }): ClientProvider {
  return { type: 'async-credentials-provider', credentials: () => Promise.resolve(login) };
}

/** Whether a server answered that user or password are wrong. node-redis puts its own words before the reply to a renewal. */
export function isRefusedPassword(error: unknown): boolean {
  return error instanceof Error && /\bWRONGPASS\b/.test(error.message);
}
