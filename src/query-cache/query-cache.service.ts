import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { bulkhead, type IPolicy } from 'cockatiel';
import { CachedQuery } from './cached-query.js';
import { LeaseEnds } from './lease-ends.js';
import { Patience } from './patience.js';
import { QueryCacheError } from './query-cache.errors.js';
import { PATIENCE_MS, QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';
import { QueryCacheStore } from './query-cache.store.js';
import type { QueryCacheStats } from './query-cache.wire.js';
import type { QueryDefinition } from './query-definition.js';
import type { LoaderParts } from './query-loader.js';

/** Memcached takes a megabyte with everything; the rest is for the key and what is noted beside the value. */
const LARGEST_VALUE_BYTES = 1_000_000;

/** Where cached queries are defined and invalidated, and where their counts are read. */
@Injectable()
export class QueryCacheService implements OnApplicationShutdown {
  private readonly queries = new Map<string, CachedQuery<never, unknown>>();
  private readonly parts: LoaderParts;

  constructor(
    private readonly store: QueryCacheStore,
    @Inject(QUERY_CACHE_OPTIONS) options: QueryCacheOptions,
  ) {
    this.parts = {
      store,
      leaseEnds: new LeaseEnds(options.engine, store.leaseChannel),
      loads: atMost(options.concurrentLoads),
      patience: new Patience(options.patienceMs ?? PATIENCE_MS),
      traceId: () => options.traceId?.() ?? null,
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
    const loads = concurrentLoads === undefined ? this.parts.loads : atMost(concurrentLoads);
    const query = new CachedQuery(definition, { ...this.parts, loads });
    this.queries.set(name, query);
    return query;
  }

  /** Makes every answer with this tag wrong, of all queries and on all nodes; see {@link CachedQuery.invalidate}. Its cost does not depend on their number. */
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
