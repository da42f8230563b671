import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Meter } from '@opentelemetry/api';
import { fastLaneChannel, lookupChannel, QueryCacheService } from '../../query-cache/index.js';
import { durations } from '../metrics/instruments.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { subscribe } from '../subscribe.js';

/** Lookups, loads and the local tier of the query cache, and the requests that its fast lane answers. */
@Injectable()
export class LookupMetrics implements OnApplicationShutdown {
  private readonly subscriptions: (() => void)[];

  constructor(metrics: MetricsService, queryCache: QueryCacheService) {
    const { meter } = metrics;
    const lookups = durations(
      meter,
      'cache.lookup.duration',
      'Duration of cached queries, by outcome and tier.',
    );
    const loads = durations(
      meter,
      'cache.load.duration',
      'Duration of the database queries of cached queries.',
    );
    observeQueries(meter, queryCache);
    this.subscriptions = [
      subscribe(lookupChannel, ({ query, outcome, tier, totalMs, databaseMs }) => {
        const attributes = { 'cache.query': query, 'cache.outcome': outcome, 'cache.tier': tier };
        lookups.record(totalMs / 1000, attributes);
        if (databaseMs !== null) loads.record(databaseMs / 1000, { 'cache.query': query });
      }),
      subscribe(fastLaneChannel, ({ request, response, route, startedAt }) =>
        metrics.timeAnswer(request, response, { startedAt, route: () => route }),
      ),
    ];
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }
}

/** Background loads are counted here only: no lookup publishes a message for them. */
function observeQueries(meter: Meter, queryCache: QueryCacheService): void {
  const loads = meter.createObservableCounter('cache.loads', {
    description: 'Database queries of cached queries, including background refreshes.',
  });
  const failedRefreshes = meter.createObservableCounter('cache.refreshes.failed', {
    description: 'Loads that failed while the answer was served stale.',
  });
  const stuckLoads = meter.createObservableCounter('cache.loads.stuck', {
    description: 'Loads that had not settled at twice their time limit and lost their place.',
  });
  const oversized = meter.createObservableCounter('cache.answers.oversized', {
    description: 'Answers that were served but not stored because they are too large.',
  });
  const localBytes = meter.createObservableGauge('cache.local.bytes', {
    description: 'Memory used by the local tier.',
  });
  const localEvictions = meter.createObservableCounter('cache.local.evictions', {
    description: 'Answers evicted from the local tier to make room.',
  });
  meter.addBatchObservableCallback(
    (observer) => {
      const { queries, localTier } = queryCache.stats();
      observer.observe(localBytes, localTier.bytes);
      observer.observe(localEvictions, localTier.evictions);
      for (const [query, counts] of Object.entries(queries)) {
        const attributes = { 'cache.query': query };
        observer.observe(loads, counts.loads, attributes);
        observer.observe(failedRefreshes, counts.failedRefreshes, attributes);
        observer.observe(stuckLoads, counts.stuckLoads, attributes);
        observer.observe(oversized, counts.oversized, attributes);
      }
    },
    [loads, failedRefreshes, stuckLoads, oversized, localBytes, localEvictions],
  );
}
