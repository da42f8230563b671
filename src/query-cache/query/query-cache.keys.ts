import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { canonicalJson, findNotJson } from './json.js';
import type { QueryCacheError } from '../query-cache.errors.js';
import type { Query } from './query-definition.js';

/*
 * <answer> = <name>:v<schema>:<scope>:{<arguments>}; scope and arguments are digests, as are tags
 *
 * key                                | type   | lifetime                           | written when
 * <prefix>:query:<answer>            | string | fresh and stale time of the answer | a load of that query succeeded
 * <prefix>:generation:query:<answer> | string | up to twice the entry's            | a load finds none; deleted by invalidating
 * <prefix>:generation:tag:<tag>      | string | up to an hour longer than entries  | likewise
 * <entry>:lease:<generation>         | string | 2 s, renewed while a load runs     | a load begins; deleted when it has ended
 *
 * Generations have a prefix of their own, so that nodes can follow their changes and nothing else.
 */

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/** What is asked again and again: to make its keys anew would cost a hit more than anything else that it does. */
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 256;

interface AnswerNames {
  scope: string | null;
  /** The digest of the arguments, also for traces. */
  hash: string;
  entry: string;
  ownGeneration: string;
}

/**
 * The keys of one answer. In a cluster those with its digest in braces share a slot, whatever braces the arguments have.
 *
 * Holds the arguments as canonical JSON: the caller may change its own object as soon as the lookup waits for something.
 */
export class AnswerKeys<Args = unknown> {
  private known: readonly string[] | undefined;

  constructor(
    private readonly names: AnswerNames,
    private readonly text: string,
    private readonly tagGenerations: () => readonly string[],
  ) {}

  /** A new copy of the arguments at each call. */
  copyArgs(): Args {
    return JSON.parse(this.text) as Args;
  }

  get entry(): string {
    return this.names.entry;
  }

  get hash(): string {
    return this.names.hash;
  }

  get ownGeneration(): string {
    return this.names.ownGeneration;
  }

  /**
   * The answer's own generation and those of its tags. Computed lazily: local hits skip it.
   *
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  get generations(): readonly string[] {
    this.known ??= [this.ownGeneration, ...this.tagGenerations()];
    return this.known;
  }
}

/** All keys under one prefix, and the newest of them at hand. */
export class KeySpace {
  private readonly answers = new WeakMap<object, LRUCache<string, AnswerNames>>();
  private readonly tags = new LRUCache<string, string>({ max: MOST_REMEMBERED });

  constructor(private readonly prefix: string) {
    if (PREFIX.test(prefix)) return;
    throw new Error(
      `The key prefix "${prefix}" of the query cache must be 1 to 64 letters, digits, dots, colons or dashes.`,
    );
  }

  /** What is to be heard of. */
  get generationPrefix(): string {
    return `${this.prefix}:generation:`;
  }

  /** Where nodes tell each other that a lease has ended. */
  get leaseChannel(): string {
    return `${this.prefix}:query:leases-ended`;
  }

  /**
   * Any input is safe on every engine, and no two argument lists share a key.
   *
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  keysOf<Args, Value>(query: Query<Args, Value>, args: Args): AnswerKeys<Args> {
    const text = canonicalJson(args);
    if (text === undefined) throw notJson(query, args);
    const scope = query.scopeOf(args);
    const remembered = this.answers.get(query) ?? new LRUCache({ max: MOST_REMEMBERED });
    this.answers.set(query, remembered);
    let names = remembered.get(text);
    if (!names || names.scope !== scope) {
      names = this.namesOf(query, text, scope);
      if (text.length <= LONGEST_REMEMBERED) remembered.set(text, names);
    }
    return new AnswerKeys<Args>(names, text, () =>
      query.tagsOf(JSON.parse(text) as Args).map((tag) => this.generationOfTag(tag)),
    );
  }

  generationOfTag(tag: string): string {
    const known = this.tags.get(tag);
    if (known !== undefined) return known;
    const made = `${this.generationPrefix}tag:${digest(JSON.stringify(tag))}`;
    if (tag.length <= LONGEST_REMEMBERED) this.tags.set(tag, made);
    return made;
  }

  private namesOf<Args, Value>(query: Query<Args, Value>, text: string, scope: string | null): AnswerNames {
    const hash = digest(text);
    const whose = scope === null ? '-' : digest(JSON.stringify(scope));
    const answer = `${query.name}:v${query.schemaVersion}:${whose}:{${hash}}`;
    return {
      scope,
      hash,
      entry: `${this.prefix}:query:${answer}`,
      ownGeneration: `${this.generationPrefix}query:${answer}`,
    };
  }
}

function notJson<Args, Value>(query: Query<Args, Value>, args: Args): QueryCacheError {
  const { path = '', remedy = 'is no JSON.' } = findNotJson(args, false) ?? {};
  return query.wrong('arguments', `was asked with arguments of which ${path || 'the whole'} ${remedy}`);
}

/** Of a load under these generations: one that began before an invalidation holds up nobody after it. */
export function leaseKey(entry: string, generations: readonly string[]): string {
  return `${entry}:lease:${digest(JSON.stringify(generations))}`;
}

/** 160 bits: nobody finds two inputs that share them. Of JSON, since UTF-8 has one and the same character for all broken ones. */
function digest(json: string): string {
  return hash('sha256', json, 'base64url').slice(0, 27);
}
