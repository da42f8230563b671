import { createHash } from 'node:crypto';

/*
 * key                            | type    | lifetime                       | written when
 * <prefix>:session:<handle>      | hash    | until its idle or absolute end | sign-in, each change, at most once a minute by being seen
 * <prefix>:account:<digest>      | zset    | the absolute lifetime, sliding | sign-in, being seen: member = handle, score = when its session settled
 * <prefix>:generation:<digest>    | string  | the absolute lifetime          | all sessions of the account were ended
 * <prefix>:session-news          | channel |                                | a session changed or ended
 */

/** How a session is known outside its cookie: who reads the engine, an event or a list cannot take it over. */
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

export function newsChannel(prefix: string): string {
  return `${prefix}:session-news`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
