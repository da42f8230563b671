import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { bulkhead, type IPolicy, wrap } from 'cockatiel';
import { LeaseReleaseNotifier } from './loading/lease-release-notifier.js';
import { CachedQuery, type CachedQueryParts } from './lookup/cached-query.js';
import { QueryCacheError } from './query-cache.errors.js';
import {
  ENGINE_SOFT_TIMEOUT_MS,
  QUERY_CACHE_OPTIONS,
  type QueryCacheOptions,
} from './query-cache.options.js';
import type { QueryCacheStats } from './query-cache.wire.js';
import type { NeedsCodec } from './query/codec.js';
import type { QueryDefinition } from './query/query-definition.js';
import { ReadQueues, SoftTimeout } from './tiers/engine-reads.js';
import { QueryCacheStore } from './tiers/query-cache.store.js';

/** Memcached's limit is a megabyte; the rest is for the key and the head of the entry. */
const LARGEST_VALUE_BYTES = 1_000_000;

interface Transaction {
  /** To be invalidated after it. */
  readonly tags: Set<string>;
  /** Calls that it did not await may still run. */
  isOver: boolean;
  /** The one that it is part of. */
  readonly outer: Transaction | undefined;
}

/** Defines cached queries, invalidates their answers, and counts their lookups. */
@Injectable()
export class QueryCacheService implements OnApplicationShutdown {
  private readonly queries = new Map<string, CachedQuery<never, unknown>>();
  private readonly parts: CachedQueryParts;
  private readonly concurrentLoads: number;
  private readonly transactions = new AsyncLocalStorage<Transaction>();

  constructor(
    private readonly store: QueryCacheStore,
    @Inject(QUERY_CACHE_OPTIONS) options: QueryCacheOptions,
  ) {
    const { engine, engineSoftTimeoutMs = ENGINE_SOFT_TIMEOUT_MS } = options;
    const softTimeout = new SoftTimeout(engineSoftTimeoutMs);
    this.concurrentLoads = options.concurrentLoads;
    this.parts = {
      store,
      leaseReleases: new LeaseReleaseNotifier(engine, store.keys.leaseChannel),
      limiter: atMost(options.concurrentLoads),
      softTimeout,
      readQueues: new ReadQueues(engine, softTimeout, engineSoftTimeoutMs),
      traceId: options.traceId?.bind(options),
      largestValueBytes: options.largestValueBytes ?? LARGEST_VALUE_BYTES,
    };
  }

  onApplicationShutdown(): void {
    this.parts.leaseReleases.close();
  }

  /**
   * Defines a query. Each query of a node needs its own name.
   *
   * @throws {QueryCacheError} E_QUERY_DEFINITION, with what to write instead
   * @example
   * const route = queryCache.define({
   *   name: 'flights.route',
   *   ttlSeconds: 60,
   *   tags: ({ origin, destination }: Route) => [`airport:${origin}`, `airport:${destination}`],
   *   load: (route) => sql(route),
   * });
   * await route.get({ origin: 'JFK', destination: 'LAX' });
   */
  define<Args, Value>(
    definition: QueryDefinition<Args, Value> & NeedsCodec<Value>,
  ): CachedQuery<Args, Value> {
    const { name, concurrentLoads } = definition;
    if (this.queries.has(name)) {
      const problem = `The query "${name}" is defined already. Use another name for this one.`;
      throw new QueryCacheError('E_QUERY_DEFINITION', problem);
    }
    const limiter = concurrentLoads === undefined ? this.sharedLimiter() : atMost(concurrentLoads);
    const query = new CachedQuery(definition, { ...this.parts, limiter });
    this.queries.set(name, query);
    return query;
  }

  /**
   * Invalidates all entries with this tag, of all queries and on all nodes. The cost does not depend on their number.
   *
   * @returns as {@link CachedQuery.invalidate} does.
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  invalidateTag(tag: string): Promise<boolean> {
    return this.invalidateTags([tag]);
  }

  /** As {@link invalidateTag}, for several tags at once. */
  invalidateTags(tags: readonly string[]): Promise<boolean> {
    return this.store.invalidateTags(tags);
  }

  /**
   * Runs a transaction. What `@InvalidatesTags()` and {@link invalidateAfterCommit} invalidate in it waits until it has resolved, and is left
   * out if it rejects: before the commit a load would store the old answer again. What it starts and does not await is invalidated at once
   * after that.
   *
   * @param isUncertain whether it may have committed although it rejects with this error, as when the connection is lost before the reply
   * to COMMIT. Then the tags are invalidated too. Without it every rejection counts as a rollback.
   * @example
   * await queryCache.afterCommit(() => dataSource.transaction((manager) => flights.add(manager, flight)));
   */
  async afterCommit<T>(
    transaction: () => Promise<T>,
    isUncertain: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    const own: Transaction = { tags: new Set(), isOver: false, outer: this.transactions.getStore() };
    let mayHaveCommitted = true;
    try {
      return await this.transactions.run(own, transaction);
    } catch (error) {
      mayHaveCommitted = isUncertain(error);
      throw error;
    } finally {
      own.isOver = true;
      if (mayHaveCommitted) await this.invalidateAfterCommit([...own.tags]);
    }
  }

  /** As {@link invalidateTags}: at once, or after the transaction of the caller, see {@link afterCommit}. */
  async invalidateAfterCommit(tags: readonly string[]): Promise<void> {
    let transaction = this.transactions.getStore();
    while (transaction?.isOver) transaction = transaction.outer;
    if (transaction) for (const tag of tags) transaction.tags.add(tag);
    else await this.invalidateTags(tags);
  }

  /**
   * Invalidates one answer of the query with this name.
   *
   * @returns as {@link CachedQuery.invalidate} does.
   * @throws {QueryCacheError} E_QUERY_UNKNOWN, E_QUERY_ARGUMENTS
   */
  async invalidate(name: string, args: unknown): Promise<boolean> {
    return this.named(name).invalidate(args as never);
  }

  /**
   * Invalidates all answers of the query with this name, of all its versions and scopes.
   *
   * @returns as {@link CachedQuery.invalidate} does.
   * @throws {QueryCacheError} E_QUERY_UNKNOWN
   */
  async invalidateQuery(name: string): Promise<boolean> {
    return this.store.invalidateAll(this.named(name).name);
  }

  /** Invalidates all answers of all queries under this key prefix. @returns as {@link CachedQuery.invalidate} does. */
  invalidateAll(): Promise<boolean> {
    return this.store.invalidateAll();
  }

  /** Why the answers of the query with this name cannot be given to anybody; undefined if they can. */
  whyNotForAll(name: string): string | undefined {
    const query = this.queries.get(name);
    if (!query) return `there is no query "${name}"`;
    return query.isScoped ? `the answers of this query belong to a scope` : undefined;
  }

  /** Counts of this node since it started, by the names of the queries. */
  stats(): QueryCacheStats {
    return {
      localTier: this.store.localTierStats(),
      invalidations: this.store.invalidations,
      queries: Object.fromEntries([...this.queries].map(([name, { counters }]) => [name, counters.read()])),
    };
  }

  private named(name: string): CachedQuery<never, unknown> {
    const query = this.queries.get(name);
    if (query) return query;
    const names = [...this.queries.keys()].join(', ');
    throw new QueryCacheError('E_QUERY_UNKNOWN', `There is no query "${name}". Use one of: ${names}.`);
  }

  /** One query gets at most half of the slots: while its loads hang, the other queries still get some. */
  private sharedLimiter(): IPolicy {
    return wrap(atMost(Math.ceil(this.concurrentLoads / 2)), this.parts.limiter);
  }
}

function atMost(loads: number): IPolicy {
  return bulkhead(loads, Number.POSITIVE_INFINITY);
}
