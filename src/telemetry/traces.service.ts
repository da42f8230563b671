import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { lookupChannel } from '../query-cache/index.js';
import { subscribe } from './subscribe.js';
import { TELEMETRY_OPTIONS, type TelemetryOptions } from './telemetry.options.js';

/** A span for every lookup, exported by OTLP; without an endpoint nothing is subscribed and nothing is made. */
@Injectable()
export class TracesService implements OnApplicationShutdown {
  private readonly provider: NodeTracerProvider | undefined;
  private readonly unsubscribe: (() => void) | undefined;

  constructor(@Inject(TELEMETRY_OPTIONS) { otlpEndpoint }: TelemetryOptions) {
    if (!otlpEndpoint) return;
    const url = new URL('v1/traces', otlpEndpoint.replace(/\/*$/, '/')).href;
    this.provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'in-memory-caching' }),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    const tracer = this.provider.getTracer('in-memory-caching');
    this.unsubscribe = subscribe(lookupChannel, ({ query, keyHash, outcome, totalMs, databaseMs }) => {
      const endTime = Date.now();
      const attributes = { 'cache.query': query, 'cache.key_hash': keyHash, 'cache.outcome': outcome };
      tracer
        .startSpan(`lookup ${query}`, {
          startTime: endTime - totalMs,
          attributes: databaseMs === null ? attributes : { ...attributes, 'cache.load_ms': databaseMs },
        })
        .end(endTime);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await this.provider?.shutdown();
  }
}
