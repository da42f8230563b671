import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import type { NextFunction, Request, Response } from 'express';
import { Database } from '../../database/index.js';
import { Engines } from '../../engine/index.js';
import { fastLaneChannel, lookupChannel, QueryCacheService } from '../../query-cache/index.js';
import { sessionChannel } from '../../sessions/index.js';
import { BoardMetrics } from './board-metrics.js';
import { DatabaseMetrics } from './database-metrics.js';
import { durations } from './instruments.js';
import { ProcessMetrics } from './process-metrics.js';
import { routeOf } from '../route.js';
import { subscribe } from '../subscribe.js';

/** The methods that OpenTelemetry names. Clients may send thirty others, each of which would be a series. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Metrics with OpenTelemetry's names, fed by the modules' diagnostics channels and scraped by Prometheus. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly provider = new MeterProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'in-memory-caching' }),
    readers: [this.exporter],
  });
  private readonly meter = this.provider.getMeter('in-memory-caching');
  private readonly requests = durations(
    this.meter,
    METRIC_HTTP_SERVER_REQUEST_DURATION,
    'Duration of HTTP server requests.',
  );
  private readonly boards = new BoardMetrics(this.meter);
  private readonly process = new ProcessMetrics(this.meter);
  private readonly database: DatabaseMetrics;
  private readonly subscriptions: (() => void)[];

  constructor(engines: Engines, queryCache: QueryCacheService, database: Database) {
    this.database = new DatabaseMetrics(this.meter, database);
    const lookups = durations(
      this.meter,
      'cache.lookup.duration',
      'Duration of cached queries, by outcome and tier.',
    );
    const loads = durations(
      this.meter,
      'cache.load.duration',
      'Duration of the database queries of cached queries.',
    );
    const sessions = this.meter.createCounter('session.events', {
      description: 'Sessions created, ended and refused.',
    });
    this.observeEngines(engines);
    this.observeQueries(queryCache);
    this.subscriptions = [
      subscribe(lookupChannel, ({ query, outcome, tier, totalMs, databaseMs }) => {
        const attributes = { 'cache.query': query, 'cache.outcome': outcome, 'cache.tier': tier };
        lookups.record(totalMs / 1000, attributes);
        if (databaseMs !== null) loads.record(databaseMs / 1000, { 'cache.query': query });
      }),
      subscribe(fastLaneChannel, ({ request, response, route, startedAt }) =>
        this.timeAnswer(request, response, { startedAt, route: () => route }),
      ),
      subscribe(sessionChannel, ({ event }) => sessions.add(1, { 'session.event': event })),
    ];
  }

  /** Measures the duration of every request, by route. */
  readonly timeRequest = (request: Request, response: Response, next: NextFunction): void => {
    this.timeAnswer(request, response, { startedAt: performance.now(), route: () => routeOf(request) });
    next();
  };

  private timeAnswer(
    { method = '' }: IncomingMessage,
    response: ServerResponse,
    { startedAt, route }: { startedAt: number; route: () => string | undefined },
  ): void {
    response.once('finish', () => {
      this.requests.record((performance.now() - startedAt) / 1000, {
        [ATTR_HTTP_REQUEST_METHOD]: KNOWN_METHODS.has(method) ? method : '_OTHER',
        [ATTR_HTTP_ROUTE]: route() ?? 'unmatched',
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: response.statusCode,
      });
    });
  }

  /** Returns the metrics in Prometheus' text format. */
  answer(request: Request, response: Response): void {
    this.exporter.getMetricsRequestHandler(request, response);
  }

  /** Read at each scrape: one message per engine call would cost more than the call. */
  private observeEngines(engines: Engines): void {
    const up = this.meter.createObservableGauge('engine.up', {
      description: '1 while the engine is ready, 0 while it is not.',
    });
    const breaker = this.meter.createObservableGauge('engine.breaker.open', {
      description: '1 while calls, be it those to one shard, are refused at once, 0 while none are.',
    });
    const calls = this.meter.createObservableCounter('engine.calls', {
      description: 'Calls to the engine, by outcome: done, refused, failed or unknown.',
    });
    const connects = this.meter.createObservableCounter('engine.connects', {
      description: 'Connections made to the servers of the engine.',
    });
    this.meter.addBatchObservableCallback(
      (observer) => {
        for (const engine of engines.all()) {
          const { statistics } = engine;
          const { kind, roles, state, breaker: breakerState } = engine.report();
          const attributes = { 'engine.kind': kind, 'engine.roles': roles.join(',') };
          observer.observe(up, state === 'ready' ? 1 : 0, attributes);
          observer.observe(breaker, breakerState === 'open' ? 1 : 0, attributes);
          observer.observe(connects, statistics.connects, attributes);
          for (const outcome of ['done', 'refused', 'failed', 'unknown'] as const) {
            observer.observe(calls, statistics[outcome], { ...attributes, 'engine.call.outcome': outcome });
          }
        }
      },
      [up, breaker, calls, connects],
    );
  }

  /** Background loads are counted here only: no lookup publishes a message for them. */
  private observeQueries(queryCache: QueryCacheService): void {
    const loads = this.meter.createObservableCounter('cache.loads', {
      description: 'Database queries of cached queries, including background refreshes.',
    });
    const failedRefreshes = this.meter.createObservableCounter('cache.refreshes.failed', {
      description: 'Loads that failed while the answer was served stale.',
    });
    const stuckLoads = this.meter.createObservableCounter('cache.loads.stuck', {
      description: 'Loads that had not settled at twice their time limit and lost their place.',
    });
    const oversized = this.meter.createObservableCounter('cache.answers.oversized', {
      description: 'Answers that were served but not stored because they are too large.',
    });
    const localBytes = this.meter.createObservableGauge('cache.local.bytes', {
      description: 'Memory used by the local tier.',
    });
    const localEvictions = this.meter.createObservableCounter('cache.local.evictions', {
      description: 'Answers evicted from the local tier to make room.',
    });
    this.meter.addBatchObservableCallback(
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

  async onApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    for (const metrics of [this.boards, this.process, this.database]) metrics.stop();
    await this.provider.shutdown();
  }
}
