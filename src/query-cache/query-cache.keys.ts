import { createHash } from 'node:crypto';

/*
 * key                            | type   | lifetime       | written when
 * <prefix>:query:<name>:v1:<hash> | string | the query's ttl | a load of that query succeeded
 */

/** The arguments' digest: any input is safe on every engine, and no two argument lists share one. */
export function hashArguments(args: unknown): string {
  return createHash('sha256').update(canonicalJson(args)).digest('base64url').slice(0, 32);
}

export function entryKey(prefix: string, query: string, argumentsHash: string): string {
  return `${prefix}:query:${query}:v1:${argumentsHash}`;
}

/** JSON with sorted object keys, so that `{a,b}` and `{b,a}` are one entry. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
