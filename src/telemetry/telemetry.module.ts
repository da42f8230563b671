import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsService } from './metrics/metrics.service.js';
import { TelemetryModuleBase } from './telemetry.options.js';
import { TracesService } from './traces/traces.service.js';

/** Metrics and spans from the modules' diagnostics channels. The modules do not depend on it. */
@Module({ controllers: [MetricsController], providers: [MetricsService, TracesService] })
export class TelemetryModule extends TelemetryModuleBase implements NestModule {
  constructor(
    private readonly metrics: MetricsService,
    private readonly traces: TracesService,
  ) {
    super();
  }

  /** Measures and traces every request. */
  configure(consumer: MiddlewareConsumer): void {
    // As functions: Nest would create further instances of the classes, with metrics that no scrape reads.
    consumer.apply(this.traces.traceRequest, this.metrics.timeRequest).forRoutes('{*path}');
  }
}
