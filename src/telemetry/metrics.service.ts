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
import { Engines } from '../engine/index.js';
import { lookupChannel } from '../query-cache/index.js';
import { sessionChannel } from '../sessions/index.js';
import { subscribe } from './subscribe.js';

const BUCKETS_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

/** Metrics under OpenTelemetry's names, fed by the modules' channels and read by Prometheus. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly provider = new MeterProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'in-memory-caching' }),
    readers: [this.exporter],
  });
  private readonly meter = this.provider.getMeter('in-memory-caching');
  private readonly requests = this.histogram(
    METRIC_HTTP_SERVER_REQUEST_DURATION,
    'Duration of HTTP server requests.',
  );
  private readonly subscriptions: (() => void)[];

  constructor(engines: Engines) {
    const lookups = this.histogram('cache.lookup.duration', 'Duration of cached queries, by outcome.');
    const loads = this.histogram(
      'cache.load.duration',
      'Duration of what cached queries asked the database.',
    );
    const sessions = this.meter.createCounter('session.events', {
      description: 'Sessions created, ended and refused.',
    });
    this.meter
      .createObservableGauge('engine.up', { description: '1 while the engine is ready, 0 while it is not.' })
      .addCallback((gauge) => {
        for (const { kind, roles, state } of engines.reports()) {
          gauge.observe(state === 'ready' ? 1 : 0, { 'engine.kind': kind, 'engine.roles': roles.join(',') });
        }
      });
    this.subscriptions = [
      subscribe(lookupChannel, ({ query, outcome, totalMs, databaseMs }) => {
        const attributes = { 'cache.query': query, 'cache.outcome': outcome };
        lookups.record(totalMs / 1000, attributes);
        if (databaseMs !== null && outcome !== 'coalesced')
          loads.record(databaseMs / 1000, { 'cache.query': query });
      }),
      subscribe(sessionChannel, ({ event }) => sessions.add(1, { 'session.event': event })),
    ];
  }

  /** Times every request by its route, never by its URL: paths with ids would be endless series. */
  readonly timeRequest = (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    response.once('finish', () => {
      this.requests.record((performance.now() - startedAt) / 1000, {
        [ATTR_HTTP_REQUEST_METHOD]: request.method,
        [ATTR_HTTP_ROUTE]: (request.route as { path?: string } | undefined)?.path ?? 'unmatched',
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: response.statusCode,
      });
    });
    next();
  };

  /** Answers a scrape in Prometheus' text format. */
  answer(request: Request, response: Response): void {
    this.exporter.getMetricsRequestHandler(request, response);
  }

  private histogram(name: string, description: string) {
    return this.meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS_SECONDS },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    await this.provider.shutdown();
  }
}
