import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVICE_NAME,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { NextFunction, Request, Response } from 'express';
import { Engines } from '../../engine/index.js';
import { lookupChannel } from '../../query-cache/index.js';
import { recordLookup } from './lookup-spans.js';
import { routeOf } from '../route.js';
import { subscribe } from '../subscribe.js';
import { TELEMETRY_OPTIONS, type TelemetryOptions } from '../telemetry.options.js';
import { runInContext } from './trace-context.js';

/** Sooner than OpenTelemetry's default, so that a trace is visible soon after its request. */
const EXPORT_EVERY_MS = 500;

/**
 * A span for every request, in the caller's trace if there is one (W3C Trace Context), with a child span for every lookup,
 * exported over OTLP. Without an endpoint there are no subscriptions and no spans.
 */
@Injectable()
export class TracesService implements OnApplicationShutdown {
  private readonly provider: NodeTracerProvider | undefined;
  private readonly tracer: Tracer | undefined;
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly unsubscribe: (() => void) | undefined;

  constructor(@Inject(TELEMETRY_OPTIONS) { otlpEndpoint }: TelemetryOptions, engines: Engines) {
    if (!otlpEndpoint) return;
    const url = new URL('v1/traces', otlpEndpoint.replace(/\/*$/, '/')).href;
    this.provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'in-memory-caching' }),
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter({ url }), { scheduledDelayMillis: EXPORT_EVERY_MS }),
      ],
    });
    const tracer = this.provider.getTracer('in-memory-caching');
    this.tracer = tracer;
    const { kind } = engines.for('cache').address;
    this.unsubscribe = subscribe(lookupChannel, (lookup) => recordLookup(tracer, lookup, kind));
  }

  /** Runs the request in the context of its span. */
  readonly traceRequest = (request: Request, response: Response, next: NextFunction): void => {
    if (!this.tracer) return next();
    const parent = this.propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    // Without url.path: paths contain arguments and player ids.
    const attributes = { [ATTR_HTTP_REQUEST_METHOD]: request.method, [ATTR_URL_SCHEME]: request.protocol };
    const span = this.tracer.startSpan(request.method, { kind: SpanKind.SERVER, attributes }, parent);
    // At 'close', not at 'finish': an aborted request never finishes.
    response.once('close', () => endRequest(span, request, response));
    runInContext(trace.setSpan(parent, span), next);
  };

  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await this.provider?.shutdown();
  }
}

function endRequest(span: Span, request: Request, { statusCode }: Response): void {
  const route = routeOf(request);
  if (route) span.updateName(`${request.method} ${route}`).setAttribute(ATTR_HTTP_ROUTE, route);
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
