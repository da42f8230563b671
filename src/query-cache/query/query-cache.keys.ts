import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FieldError } from '../../common/index.js';
import { spreadHashTags } from '../../engine/index.js';
import { QueryCacheError } from '../query-cache.errors.js';
import { AnswerKeys, type AnswerNames } from './answer-keys.js';
import { canonicalJson, findNotJson } from './json.js';
import type { Query } from './query.js';

/*
 * <answer> = <name>:v<schema>:<scope>:<arguments>. Scope, arguments and tags are digests; in the key of an entry the arguments are in braces.
 *
 * key                                      | type   | lifetime                           | written when
 * <prefix>:query:<answer>                  | string | fresh and stale time of the answer | a load has succeeded
 * <prefix>:generation:{<p>}:query:<answer> | string | up to twice that of the answer     | a load finds none; deleted by invalidating
 * <prefix>:generation:{<p>}:tag:<tag>      | string | up to an hour longer than answers  | likewise
 * <prefix>:generation:{<p>}:all:<name>     | string | likewise: of all answers of a query | likewise
 * <prefix>:generation:{<p>}:all            | string | likewise: of all answers           | likewise
 * <entry>:lease:<tokens>                   | string | 2 s, renewed while a load runs     | a load begins; deleted when it has ended
 *
 * The `generation` keys hold validity tokens, in a cluster and on Memcached in 16 partitions <p>. The channel `<prefix>:generation:{<p>}` of a partition is in
 * the slot of its tokens, so that the script that deletes a token can publish that (docs/decisions/0027). Each partition has its own tokens of
 * whole queries: an answer reads those in the partition of its own token, which costs no further command (docs/decisions/0033).
 */

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/** Keys of the newest answers are remembered: hashing them again would cost a hit more than anything else that it does. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 256;

/** Hash tags. More partitions would spread the tokens over more slots, and cost each node as many more subscriptions. */
const PARTITIONS = spreadHashTags(16);
/** On a single server one script call can delete and publish any tokens. */
const ONE_PARTITION = spreadHashTags(1);

const MOST_TAGS = 32;
const TAGS_REMEDY = 'Use texts such as "airport:JFK".';

/** All keys under one prefix. */
export class KeySpace {
  private readonly answers = new WeakMap<object, LRUCache<string, AnswerNames>>();
  private readonly tags = new LRUCache<string, string>({ max: MOST_REMEMBERED });
  private readonly partitions: readonly string[];

  /** @param isSpread whether several servers share the keys, so that the loss of one must not invalidate everything. */
  constructor(
    private readonly prefix: string,
    isSpread: boolean,
  ) {
    this.partitions = isSpread ? PARTITIONS : ONE_PARTITION;
    if (PREFIX.test(prefix)) return;
    throw new Error(
      `The query cache has the key prefix "${prefix}". Use 1 to 64 letters, digits, dots, colons or dashes.`,
    );
  }

  /** The pub/sub channels of invalidations, one per partition. */
  get invalidationChannels(): string[] {
    return this.partitions.map((partition) => this.channelOf(partition));
  }

  /** The validity tokens of all answers, or of all of a query: one per partition. */
  tokenKeysOfAll(query?: string): string[] {
    return this.invalidationChannels.map((channel) => allOf(channel, query));
  }

  /** The channel on which the invalidation of a validity token is published. Undefined for any other key. */
  invalidationChannelOf(key: string): string | undefined {
    if (!key.startsWith(`${this.prefix}:generation:{`)) return undefined;
    return key.slice(0, key.indexOf('}') + 1);
  }

  /** The pub/sub channel on which nodes publish the keys of released leases. */
  get leaseChannel(): string {
    return `${this.prefix}:query:leases-ended`;
  }

  /**
   * Any arguments give keys that are safe on every engine. No two argument lists share a key.
   *
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  keysOf<Args, Value>(query: Query<Args, Value>, args: Args): AnswerKeys<Args> {
    const text = canonicalJson(args);
    if (text === undefined) throw notJson(query, args);
    const names = this.namesOf(query, text, scopeOf(query, args));
    return new AnswerKeys<Args>(names, text, () =>
      tagsOf(query, JSON.parse(text) as Args).map((tag) => this.tokenKeyOfTag(tag)),
    );
  }

  /** Of the tags of a value. @throws {QueryCacheError} E_QUERY_ARGUMENTS */
  valueTokenKeysOf<Args, Value>(
    query: Query<Args, Value>,
    value: Value,
    keys: AnswerKeys<Args>,
  ): readonly string[] {
    if (!query.valueTags || value === null || value === undefined) return [];
    const tags = checkedTags(query, query.valueTags(value, keys.copyArgs()));
    return [...new Set(tags.map((tag) => this.tokenKeyOfTag(tag)))].toSorted();
  }

  tokenKeyOfTag(tag: string): string {
    const known = this.tags.get(tag);
    if (known !== undefined) return known;
    const digested = digest(JSON.stringify(tag));
    const key = `${this.channelFor(digested)}:tag:${digested}`;
    if (tag.length <= LONGEST_REMEMBERED) this.tags.set(tag, key);
    return key;
  }

  /** The channel of a digest's partition. */
  private channelFor(digested: string): string {
    const [byte = 0] = Buffer.from(digested.slice(0, 2), 'base64url');
    return this.channelOf(this.partitions[byte % this.partitions.length] ?? '');
  }

  private channelOf(partition: string): string {
    return `${this.prefix}:generation:{${partition}}`;
  }

  private namesOf<Args, Value>(query: Query<Args, Value>, text: string, scope: string | null): AnswerNames {
    const remembered = this.answers.get(query) ?? new LRUCache({ max: MOST_REMEMBERED });
    this.answers.set(query, remembered);
    const known = remembered.get(text);
    if (known && known.scope === scope) return known;
    const hash = digest(text);
    const scopeDigest = scope === null ? '-' : digest(JSON.stringify(scope));
    const name = `${query.name}:v${query.schemaVersion}:${scopeDigest}`;
    const entry = `${this.prefix}:query:${name}:{${hash}}`;
    const channel = this.channelFor(hash);
    const tokenKeys = [
      `${channel}:query:${name}:${hash}`,
      allOf(channel, query.name),
      allOf(channel),
    ] as const;
    const names = { scope, hash, entry, tokenKeys, valueTokenKeys: [] };
    if (text.length <= LONGEST_REMEMBERED) remembered.set(text, names);
    return names;
  }
}

function allOf(channel: string, query?: string): string {
  return query === undefined ? `${channel}:all` : `${channel}:all:${query}`;
}

function notJson<Args, Value>(query: Query<Args, Value>, args: Args): QueryCacheError {
  const { path = '', remedy = 'is not JSON.' } = findNotJson(args, true) ?? {};
  const field = path ? `args.${path}` : 'args';
  const problem = `was called with arguments of which ${path || 'the whole'} ${remedy}`;
  return wrongArguments(query, problem, { field, message: remedy });
}

interface WrongArguments extends Partial<FieldError> {
  cause?: unknown;
}

function wrongArguments<Args, Value>(
  query: Query<Args, Value>,
  problem: string,
  { field = 'args', message = problem, cause }: WrongArguments = {},
): QueryCacheError {
  return query.error('E_QUERY_ARGUMENTS', problem, { cause, errors: [{ field, message }] });
}

/** @throws {QueryCacheError} E_QUERY_ARGUMENTS */
export function checkTags(tags: readonly unknown[]): void {
  if (tags.every(isTag)) return;
  const message = `is empty or not text. ${TAGS_REMEDY}`;
  throw new QueryCacheError('E_QUERY_ARGUMENTS', `A tag to invalidate ${message}`, {
    errors: [{ field: 'tag', message }],
  });
}

/** @throws {QueryCacheError} E_QUERY_ARGUMENTS */
export function tagsOf<Args, Value>(query: Query<Args, Value>, args: Args): readonly string[] {
  return checkedTags(query, query.tags?.(args) ?? []);
}

function checkedTags<Args, Value>(query: Query<Args, Value>, tags: readonly string[]): readonly string[] {
  if (tags.length > MOST_TAGS)
    throw query.error('E_QUERY_ARGUMENTS', `has ${tags.length} tags. Use at most ${MOST_TAGS}.`);
  if (tags.every(isTag)) return tags;
  throw query.error('E_QUERY_ARGUMENTS', `has a tag that is empty or not text. ${TAGS_REMEDY}`);
}

function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '';
}

/** Null where the query has no scope. @throws {QueryCacheError} E_QUERY_ARGUMENTS */
export function scopeOf<Args, Value>(query: Query<Args, Value>, args: Args): string | null {
  if (!query.scope) return null;
  let cause: unknown;
  try {
    const scope: unknown = query.scope(args);
    if (typeof scope === 'string' && scope !== '') return scope;
  } catch (error) {
    // Operators send any arguments, so the definition may find less in them than their type says.
    cause = error;
  }
  throw wrongArguments(query, 'has a scope, but these arguments contain none. Add it.', { cause });
}

/** The lease of a load under these validity tokens. A load that began before an invalidation does not block the next one. */
export function leaseKey(entry: string, validityTokens: readonly string[]): string {
  return `${entry}:lease:${digest(JSON.stringify(validityTokens))}`;
}

/** 160 bits of SHA-256: nobody finds a collision. Of JSON, since UTF-8 encodes all lone surrogates as the same character. */
function digest(json: string): string {
  return hash('sha256', json, 'base64url').slice(0, 27);
}
