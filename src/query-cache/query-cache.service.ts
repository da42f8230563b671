import { Inject, Injectable } from '@nestjs/common';
import { bulkhead, type IPolicy } from 'cockatiel';
import { CachedQuery, type QueryDefinition } from './cached-query.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from './query-cache.options.js';
import { QueryCacheStore } from './query-cache.store.js';
import type { QueryCacheStats } from './query-cache.wire.js';

/** Where cached queries are defined, and where their counts are read. */
@Injectable()
export class QueryCacheService {
  private readonly queries = new Map<string, CachedQuery<never, unknown>>();

  private readonly loads: IPolicy;

  constructor(
    private readonly store: QueryCacheStore,
    @Inject(QUERY_CACHE_OPTIONS) { concurrentLoads }: QueryCacheOptions,
  ) {
    this.loads = bulkhead(concurrentLoads, Number.POSITIVE_INFINITY);
  }

  /**
   * Defines a query once; its name must be its own.
   *
   * @example
   * const route = queryCache.define({ name: 'flights.route', ttlSeconds: 60, load: (route) => sql(route) });
   * await route.get({ origin: 'JFK', destination: 'LAX' });
   */
  define<Args, Value>(definition: QueryDefinition<Args, Value>): CachedQuery<Args, Value> {
    if (this.queries.has(definition.name)) {
      throw new Error(`The query "${definition.name}" is defined already. Give this one another name.`);
    }
    const query = new CachedQuery(definition, this.store, this.loads);
    this.queries.set(definition.name, query);
    return query;
  }

  stats(): QueryCacheStats {
    return {
      queries: Object.fromEntries([...this.queries].map(([name, { counters }]) => [name, counters.read()])),
    };
  }
}
