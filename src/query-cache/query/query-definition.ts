import { QueryCacheError } from '../query-cache.errors.js';

/** What to cache, for how long, and what makes it wrong. */
export interface QueryDefinition<Args, Value> {
  /** Names the query in keys, counts and traces, for example `flights.top-routes`: letters, digits, dots and dashes, at most 64. */
  name: string;
  /** For how long an answer counts as fresh, in whole seconds from 1. Up to a tenth less, at random, so that answers loaded together do not end together. */
  ttlSeconds: number;
  /** For how long after that it may still be served while a new one is loaded, or cannot be (RFC 5861); 0 unless told. With `ttlSeconds` at most 30 days. */
  staleSeconds?: number;
  /**
   * `ttlSeconds` of the answer null, which says that there is nothing; the same unless told. Null is served stale for as long again at most, and
   * what the cache stores for it ends by twice its life: random arguments must not fill the engine.
   */
  negativeTtlSeconds?: number;
  /**
   * How long a caller that finds an answer stale waits for the new one, whichever node loads it, before it is given the stale one, in seconds.
   * 0, the default: callers get the stale answer at once, and the next call gets the new one.
   */
  softTimeoutSeconds?: number;
  /**
   * How long a lookup waits for a load, for its place and for another node, in seconds; 30 unless given. A load that has not settled when this
   * time has passed again loses its place.
   */
  loadTimeoutSeconds?: number;
  /** Most loads of this query at a time on this node, apart from those of the others: for what does not query the database. */
  concurrentLoads?: number;
  /** What `load` asks, for traces: a summary such as `SELECT flights`, never values. */
  sqlLabel?: string;
  /** Raise it with the shape of the answer: what was stored under another one is not found; 1 unless told. */
  schemaVersion?: number;
  /** What the answer depends on, for example `['airport:JFK']`; at most 32. See `invalidateTag`. */
  tags?(args: Args): readonly string[];
  /** Whose answer it is, for example `({ tenantId }) => tenantId`: no other scope ever gets it. Must not be empty. */
  scope?(args: Args): string;
  /**
   * Queries the database. What it resolves to must survive JSON; null is an answer like any other. The signal aborts at the time limit, when
   * no caller waits any more: cancel the statement then. A load that continues keeps its place for as long again.
   */
  load(args: Args, signal: AbortSignal): Promise<Value>;
}

/** Memcached reads a longer lifetime as a date. */
export const LONGEST_LIFE_SECONDS = 30 * 24 * 60 * 60;
const MOST_TAGS = 32;
const TAGS_REMEDY = 'Give texts such as "airport:JFK".';

function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '';
}

/** @throws {QueryCacheError} E_QUERY_ARGUMENTS */
export function checkTags(tags: readonly unknown[]): void {
  if (tags.every(isTag)) return;
  throw new QueryCacheError('E_QUERY_ARGUMENTS', `A tag to invalidate is empty or no text. ${TAGS_REMEDY}`);
}

/** The definition with what it leaves out. @throws {QueryCacheError} E_QUERY_DEFINITION */
export class Query<Args, Value> {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly staleSeconds: number;
  readonly negativeTtlSeconds: number;
  readonly negativeStaleSeconds: number;
  readonly softTimeoutSeconds: number;
  readonly loadTimeoutSeconds: number;
  readonly schemaVersion: number;
  readonly sqlLabel: string | null;
  private readonly definition: QueryDefinition<Args, Value>;

  constructor(definition: QueryDefinition<Args, Value>) {
    const { name, ttlSeconds, staleSeconds = 0, schemaVersion = 1 } = definition;
    this.name = name;
    this.ttlSeconds = ttlSeconds;
    this.staleSeconds = staleSeconds;
    this.negativeTtlSeconds = definition.negativeTtlSeconds ?? ttlSeconds;
    this.negativeStaleSeconds = Math.min(staleSeconds, this.negativeTtlSeconds);
    this.softTimeoutSeconds = definition.softTimeoutSeconds ?? 0;
    this.loadTimeoutSeconds = definition.loadTimeoutSeconds ?? 30;
    this.schemaVersion = schemaVersion;
    this.sqlLabel = definition.sqlLabel ?? null;
    this.definition = bound(definition);
    this.check();
  }

  get isScoped(): boolean {
    return this.definition.scope !== undefined;
  }

  /** No stored answer of this query is served after so many seconds. */
  get longestLifeSeconds(): number {
    return Math.max(this.ttlSeconds + this.staleSeconds, this.negativeLifeSeconds);
  }

  /** Life of a new generation: enough for the load and for the answer null. Other answers extend it when they are stored. */
  get firstGenerationSeconds(): number {
    const life = this.negativeLifeSeconds;
    return Math.max(2 * life, Math.ceil(this.loadTimeoutSeconds) + life);
  }

  private get negativeLifeSeconds(): number {
    return this.negativeTtlSeconds + this.negativeStaleSeconds;
  }

  load(args: Args, signal: AbortSignal): Promise<Value> {
    return this.definition.load(args, signal);
  }

  /** @throws {QueryCacheError} E_QUERY_ARGUMENTS */
  tagsOf(args: Args): readonly string[] {
    const tags = this.definition.tags?.(args) ?? [];
    if (tags.length > MOST_TAGS)
      throw this.wrong('arguments', `has ${tags.length} tags. Give at most ${MOST_TAGS}.`);
    if (tags.every(isTag)) return tags;
    throw this.wrong('arguments', `has a tag that is empty or no text. ${TAGS_REMEDY}`);
  }

  /** Null where the query has no scope. @throws {QueryCacheError} E_QUERY_ARGUMENTS */
  scopeOf(args: Args): string | null {
    if (!this.definition.scope) return null;
    let cause: unknown;
    try {
      const scope: unknown = this.definition.scope(args);
      if (typeof scope === 'string' && scope !== '') return scope;
    } catch (error) {
      // Operators name arguments freely, so the definition may find less in them than their type says.
      cause = error;
    }
    throw this.wrong('arguments', 'has a scope, but these arguments name none. Say whose answer it is.', {
      cause,
    });
  }

  wrong(
    what: 'definition' | 'arguments' | 'value',
    problem: string,
    options?: ErrorOptions,
  ): QueryCacheError {
    const code = (
      { definition: 'E_QUERY_DEFINITION', arguments: 'E_QUERY_ARGUMENTS', value: 'E_QUERY_VALUE' } as const
    )[what];
    return new QueryCacheError(code, `The query "${this.name}" ${problem}`, options);
  }

  private check(): void {
    const { ttlSeconds, staleSeconds } = this;
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(this.name))
      throw this.wrong('definition', 'needs a name of letters, digits, dots and dashes, at most 64 of them.');
    this.checkWhole('ttlSeconds', ttlSeconds, 1);
    this.checkWhole('staleSeconds', staleSeconds, 0);
    this.checkWhole('negativeTtlSeconds', this.negativeTtlSeconds, 1);
    this.checkWhole('schemaVersion', this.schemaVersion, 0);
    if (!(this.loadTimeoutSeconds > 0 && this.loadTimeoutSeconds <= 3_600))
      throw this.wrong(
        'definition',
        `has loadTimeoutSeconds ${this.loadTimeoutSeconds}. Give more than 0, at most 3600.`,
      );
    if (!(this.softTimeoutSeconds >= 0 && this.softTimeoutSeconds <= this.loadTimeoutSeconds))
      throw this.wrong(
        'definition',
        `has softTimeoutSeconds ${this.softTimeoutSeconds}. Give 0 or more, at most loadTimeoutSeconds.`,
      );
    const { concurrentLoads = 1 } = this.definition;
    if (!(Number.isInteger(concurrentLoads) && concurrentLoads >= 1))
      throw this.wrong('definition', `has concurrentLoads ${concurrentLoads}. Give a whole number from 1.`);
    if (this.longestLifeSeconds > LONGEST_LIFE_SECONDS)
      throw this.wrong(
        'definition',
        `would keep answers for ${this.longestLifeSeconds} seconds. Let ttlSeconds and staleSeconds be at most ${LONGEST_LIFE_SECONDS} together.`,
      );
  }

  private checkWhole(setting: string, seconds: number, least: number): void {
    if (Number.isInteger(seconds) && seconds >= least && seconds <= LONGEST_LIFE_SECONDS) return;
    throw this.wrong(
      'definition',
      `has ${setting} ${seconds}. Give a whole number from ${least} to ${LONGEST_LIFE_SECONDS}.`,
    );
  }
}

/** A copy whose functions keep their `this`: what the caller assigns to its object later has no effect. */
function bound<Args, Value>(definition: QueryDefinition<Args, Value>): QueryDefinition<Args, Value> {
  return {
    ...definition,
    load: definition.load.bind(definition),
    ...(definition.tags && { tags: definition.tags.bind(definition) }),
    ...(definition.scope && { scope: definition.scope.bind(definition) }),
  };
}
