import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { TelemetryModuleBase } from './telemetry.options.js';
import { TracesService } from './traces.service.js';

/** Metrics and spans from the modules' diagnostics channels; a copied module leaves them behind. */
@Module({ controllers: [MetricsController], providers: [MetricsService, TracesService] })
export class TelemetryModule extends TelemetryModuleBase implements NestModule {
  constructor(
    private readonly metrics: MetricsService,
    private readonly traces: TracesService,
  ) {
    super();
  }

  configure(consumer: MiddlewareConsumer): void {
    // Functions, since Nest would make instances of its own from classes, with metrics nobody reads.
    consumer.apply(this.traces.traceRequest, this.metrics.timeRequest).forRoutes('{*path}');
  }
}
