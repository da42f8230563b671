import { createHash } from 'node:crypto';

/*
 * key                          | type   | lifetime                          | written when
 * <prefix>:session:<hash>      | string | what is left, idle or absolute    | sign-in, each change of the session
 * <prefix>:account:<id>        | zset   | the absolute lifetime, sliding    | sign-in: member = hash, score = created at
 */

/** Ids are stored hashed: who reads the engine cannot take a session over. */
export function hashSessionId(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

export function sessionKeyPrefix(prefix: string): string {
  return `${prefix}:session:`;
}

export function accountSessionsKey(prefix: string, accountId: string): string {
  return `${prefix}:account:${accountId}`;
}
