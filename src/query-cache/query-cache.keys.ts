import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { canonicalJson, findNotJson } from './json.js';
import type { QueryCacheError } from './query-cache.errors.js';
import type { Query } from './query-definition.js';

/*
 * <answer> = <name>:v<schema>:<scope>:{<arguments>}; scope and arguments are digests, as are tags
 *
 * key                                | type   | lifetime                           | written when
 * <prefix>:query:<answer>            | string | fresh and stale time of the answer | a load of that query succeeded
 * <prefix>:generation:query:<answer> | string | longer than any entry              | a load finds none; deleted by invalidating
 * <prefix>:generation:tag:<tag>      | string | likewise                           | likewise
 * <entry>:lease:<generation>         | string | 2 s, renewed while a load runs     | a load begins; deleted when it has ended
 * <prefix>:plain:<key>               | string | its ttl, at most 30 days           | CACHE_MANAGER is told to; <key> is a digest, too
 *
 * Generations have a prefix of their own, so that nodes can follow their changes and nothing else.
 */

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/** The keys of one answer. In a cluster those with its digest in braces share a slot, whatever braces the arguments have. */
export class AnswerKeys {
  readonly entry: string;
  private known: readonly string[] | undefined;

  constructor(
    private readonly prefix: string,
    private readonly answer: string,
    /** The digest of the arguments, also for traces. */
    readonly hash: string,
    private readonly tags: () => readonly string[],
  ) {
    this.entry = `${prefix}:query:${answer}`;
  }

  get ownGeneration(): string {
    return `${generationPrefix(this.prefix)}query:${this.answer}`;
  }

  /**
   * The answer's own generation and those of its tags; made when first asked for, which who has the answer at hand never does.
   *
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  get generations(): readonly string[] {
    this.known ??= [this.ownGeneration, ...this.tags().map((tag) => tagKey(this.prefix, tag))];
    return this.known;
  }
}

/**
 * Any input is safe on every engine, and no two argument lists share a key.
 *
 * @throws {QueryCacheError} E_QUERY_ARGUMENTS
 */
export function keysOf<Args, Value>(prefix: string, query: Query<Args, Value>, args: Args): AnswerKeys {
  const text = canonicalJson(args);
  if (text === undefined) throw notJson(query, args);
  const hash = digest(text);
  const scope = query.scopeOf(args);
  const whose = scope === null ? '-' : digest(JSON.stringify(scope));
  const answer = `${query.name}:v${query.schemaVersion}:${whose}:{${hash}}`;
  return new AnswerKeys(prefix, answer, hash, () => query.tagsOf(args));
}

function notJson<Args, Value>(query: Query<Args, Value>, args: Args): QueryCacheError {
  const { path = '', remedy = 'is no JSON.' } = findNotJson(args, false) ?? {};
  return query.wrong('arguments', `was asked with arguments of which ${path || 'the whole'} ${remedy}`);
}

export function tagKey(prefix: string, tag: string): string {
  return `${generationPrefix(prefix)}tag:${digest(JSON.stringify(tag))}`;
}

/** Of what is kept through cache-manager: any key is safe on every engine. */
export function plainKey(prefix: string, key: string): string {
  return `${prefix}:plain:${digest(JSON.stringify(key))}`;
}

/** What is to be heard of. */
export function generationPrefix(prefix: string): string {
  return `${prefix}:generation:`;
}

/** Of a load under these generations: one that began before an invalidation holds up nobody after it. */
export function leaseKey(entry: string, generations: readonly string[]): string {
  return `${entry}:lease:${digest(JSON.stringify(generations))}`;
}

/** Where nodes tell each other that a lease has ended. */
export function leaseChannel(prefix: string): string {
  return `${prefix}:query:leases-ended`;
}

export function checkPrefix(prefix: string): void {
  if (PREFIX.test(prefix)) return;
  throw new Error(
    `The key prefix "${prefix}" of the query cache must be 1 to 64 letters, digits, dots, colons or dashes.`,
  );
}

const MOST_REMEMBERED = 5_000;
const LONGEST_REMEMBERED = 256;

/** A cache is asked the same again and again: to look a digest up costs a tenth of making it. */
const digests = new LRUCache<string, string>({ max: MOST_REMEMBERED });

/** 160 bits: nobody finds two inputs that share them. Of JSON, since UTF-8 has one and the same character for all broken ones. */
function digest(json: string): string {
  const known = digests.get(json);
  if (known !== undefined) return known;
  const made = hash('sha256', json, 'base64url').slice(0, 27);
  if (json.length <= LONGEST_REMEMBERED) digests.set(json, made);
  return made;
}
