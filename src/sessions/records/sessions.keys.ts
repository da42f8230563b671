import { createHash } from 'node:crypto';

/*
 * key                             | type    | expires                      | written at
 * <prefix>:session:<handle>       | hash    | at its idle or absolute end  | sign-in, each change, a touch (at most once a minute)
 * <prefix>:account:<digest>       | zset    | longest lifetime, sliding    | sign-in, a touch: member = handle, score = creation
 * <prefix>:generation:<digest>    | string  | longest lifetime             | the end of all sessions of the account
 * <prefix>:guests:<digest>     | string  | an hour                      | a guest's first write: counts those of an address
 * <prefix>:session-news           | channel |                              | the change or end of a session
 */

/** The name of a session outside its cookie: a digest, so that nobody can take over a session whose handle they read. */
export function handleOf(id: string): string {
  return digest(id);
}

export function sessionKeyPrefix(prefix: string): string {
  return `${prefix}:session:`;
}

export function sessionKey(prefix: string, handle: string): string {
  return sessionKeyPrefix(prefix) + handle;
}

export function accountKey(prefix: string, accountId: string): string {
  return `${prefix}:account:${digest(accountId)}`;
}

export function generationKey(prefix: string, accountId: string): string {
  return `${prefix}:generation:${digest(accountId)}`;
}

export function guestsKey(prefix: string, network: string): string {
  return `${prefix}:guests:${digest(network)}`;
}

/** Names an account in fields that are in plain in the engine. */
export function ownerOf(accountId: string): string {
  return digest(accountId);
}

export function notificationChannel(prefix: string): string {
  return `${prefix}:session-news`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
