import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { bulkhead, type IPolicy, wrap } from 'cockatiel';
import { CachedQuery } from './lookup/cached-query.js';
import { ReadQueues } from './tiers/engine-reads.js';
import { LeaseEnds } from './loading/lease-release-notifier.js';
import { SoftTimeout } from './tiers/soft-timeout.js';
import { QueryCacheError } from './query-cache.errors.js';
import { SOFT_TIMEOUT_MS, QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';
import { QueryCacheStore } from './tiers/query-cache.store.js';
import type { QueryCacheStats } from './query-cache.wire.js';
import type { QueryDefinition } from './query/query-definition.js';
import type { LoaderParts } from './loading/query-loader.js';

/** Memcached takes a megabyte with everything; the rest is for the key and what is noted beside the value. */
const LARGEST_VALUE_BYTES = 1_000_000;

/** Where cached queries are defined and invalidated, and where their counts are read. */
@Injectable()
export class QueryCacheService implements OnApplicationShutdown {
  private readonly queries = new Map<string, CachedQuery<never, unknown>>();
  private readonly parts: LoaderParts;
  private readonly concurrentLoads: number;

  constructor(
    private readonly store: QueryCacheStore,
    @Inject(QUERY_CACHE_OPTIONS) options: QueryCacheOptions,
  ) {
    this.concurrentLoads = options.concurrentLoads;
    const traceId = options.traceId?.bind(options);
    const softTimeoutMs = options.engineSoftTimeoutMs ?? SOFT_TIMEOUT_MS;
    const softTimeout = new SoftTimeout(softTimeoutMs);
    this.parts = {
      store,
      leaseEnds: new LeaseEnds(options.engine, store.leaseChannel),
      loads: atMost(options.concurrentLoads),
      softTimeout,
      readQueues: new ReadQueues(options.engine, softTimeout, softTimeoutMs),
      traceId: () => traceId?.() ?? null,
      largestValueBytes: options.largestValueBytes ?? LARGEST_VALUE_BYTES,
    };
  }

  onApplicationShutdown(): void {
    this.parts.leaseEnds.close();
  }

  /**
   * Defines a query once; its name must be its own.
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
  define<Args, Value>(definition: QueryDefinition<Args, Value>): CachedQuery<Args, Value> {
    const { name } = definition;
    if (this.queries.has(name)) {
      throw new QueryCacheError(
        'E_QUERY_DEFINITION',
        `The query "${name}" is defined already. Give this one another name.`,
      );
    }
    const { concurrentLoads } = definition;
    const loads = concurrentLoads === undefined ? this.share() : atMost(concurrentLoads);
    const query = new CachedQuery(definition, { ...this.parts, loads });
    this.queries.set(name, query);
    return query;
  }

  /** Invalidates all entries with this tag, of all queries and on all nodes; see {@link CachedQuery.invalidate}. Its cost does not depend on their number. */
  invalidateTag(tag: string): Promise<boolean> {
    return this.invalidateTags([tag]);
  }

  invalidateTags(tags: readonly string[]): Promise<boolean> {
    return this.store.invalidateTags(tags);
  }

  /**
   * Makes one answer wrong, of a query by its name.
   *
   * @throws {QueryCacheError} E_QUERY_UNKNOWN, E_QUERY_ARGUMENTS
   */
  async invalidate(name: string, args: unknown): Promise<boolean> {
    const query = this.queries.get(name);
    if (query) return query.invalidate(args as never);
    const names = [...this.queries.keys()].join(', ');
    throw new QueryCacheError('E_QUERY_UNKNOWN', `There is no query "${name}". There are: ${names}.`);
  }

  /** One query takes at most half of the places: while its loads hang, the other queries still get some at once. */
  private share(): IPolicy {
    return wrap(atMost(Math.ceil(this.concurrentLoads / 2)), this.parts.loads);
  }

  stats(): QueryCacheStats {
    return {
      localTier: this.store.localTierStats(),
      queries: Object.fromEntries([...this.queries].map(([name, { counters }]) => [name, counters.read()])),
    };
  }
}

function atMost(loads: number): IPolicy {
  return bulkhead(loads, Number.POSITIVE_INFINITY);
}
