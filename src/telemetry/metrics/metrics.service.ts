import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Histogram, Meter } from '@opentelemetry/api';
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
import { DatabaseMetrics } from './database-metrics.js';
import { durations } from './instruments.js';
import { ProcessMetrics } from './process-metrics.js';
import { routeOf } from '../route.js';
import { TELEMETRY_OPTIONS, type TelemetryOptions } from '../telemetry.options.js';

/** The methods that OpenTelemetry names. Clients may send thirty others, each of which would be a series. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Metrics of requests, process, database and engines with OpenTelemetry's names, scraped by Prometheus. `subscribers/` adds those
 * of the modules.
 */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly provider: MeterProvider;
  /** Creates the instruments of all metrics of this node. */
  readonly meter: Meter;
  private readonly requests: Histogram;
  private readonly process: ProcessMetrics;
  private readonly database: DatabaseMetrics;

  constructor(
    @Inject(TELEMETRY_OPTIONS) { serviceName }: Pick<TelemetryOptions, 'serviceName'>,
    engines: Engines,
    database: Database,
  ) {
    this.provider = new MeterProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
      readers: [this.exporter],
    });
    this.meter = this.provider.getMeter(serviceName);
    this.requests = durations(
      this.meter,
      METRIC_HTTP_SERVER_REQUEST_DURATION,
      'Duration of HTTP server requests.',
    );
    this.process = new ProcessMetrics(this.meter);
    this.database = new DatabaseMetrics(this.meter, database);
    this.observeEngines(engines);
  }

  /** Measures the duration of every request, by route. */
  readonly timeRequest = (request: Request, response: Response, next: NextFunction): void => {
    this.timeAnswer(request, response, { startedAt: performance.now(), route: () => routeOf(request) });
    next();
  };

  /** Measures the duration of a request that Nest's middleware does not see. */
  timeAnswer(
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

  async onApplicationShutdown(): Promise<void> {
    for (const metrics of [this.process, this.database]) metrics.stop();
    await this.provider.shutdown();
  }
}
