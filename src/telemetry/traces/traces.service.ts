import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Context,
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
import { Origins } from '../../http/index.js';
import { routeOf } from '../route.js';
import { TELEMETRY_OPTIONS, type TelemetryOptions } from '../telemetry.options.js';
import { runInContext } from './trace-context.js';

/** Sooner than OpenTelemetry's default, so that a trace is visible soon after its request. */
const EXPORT_EVERY_MS = 500;

/**
 * A span for every request, in the caller's trace if there is one (W3C Trace Context), exported over OTLP. `subscribers/` adds
 * those of the modules. Without an endpoint there are no spans.
 */
@Injectable()
export class TracesService implements OnApplicationShutdown {
  private readonly provider: NodeTracerProvider | undefined;
  /** Undefined without an endpoint. */
  readonly tracer: Tracer | undefined;
  private readonly propagator = new W3CTraceContextPropagator();

  constructor(
    @Inject(TELEMETRY_OPTIONS) { otlpEndpoint, serviceName }: TelemetryOptions,
    private readonly origins: Origins,
  ) {
    if (!otlpEndpoint) return;
    const url = new URL('v1/traces', otlpEndpoint.replace(/\/*$/, '/')).href;
    this.provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
      spanProcessors: [
        new BatchSpanProcessor(new OTLPTraceExporter({ url }), { scheduledDelayMillis: EXPORT_EVERY_MS }),
      ],
    });
    this.tracer = this.provider.getTracer(serviceName);
  }

  /** Runs the request in the context of its span. */
  readonly traceRequest = (request: Request, response: Response, next: NextFunction): void => {
    if (!this.tracer) return next();
    runInContext(this.startSpan(this.tracer, { request, response, route: () => routeOf(request) }), next);
  };

  /** Starts the span of a request, which ends with its response. @returns the context of the request. */
  startSpan(tracer: Tracer, { request, response, route }: TracedRequest): Context {
    const { method = '', headers } = request;
    const parent = this.propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    // Without url.path: paths contain arguments and player ids.
    const attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_SCHEME]: this.origins.schemeOf(request),
    };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    // At 'close', not at 'finish': an aborted request never finishes.
    response.once('close', () => endRequest(span, method, route(), response.statusCode));
    return trace.setSpan(parent, span);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.provider?.shutdown();
  }
}

export interface TracedRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** Express knows it when the request has ended. */
  route: () => string | undefined;
}

function endRequest(span: Span, method: string, route: string | undefined, statusCode: number): void {
  if (route) span.updateName(`${method} ${route}`).setAttribute(ATTR_HTTP_ROUTE, route);
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
