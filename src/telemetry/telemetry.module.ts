import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { TelemetryModuleBase } from './telemetry.options.js';
import { TracesService } from './traces.service.js';

/** Metrics and spans from the modules' diagnostics channels; a copied module leaves them behind. */
@Module({ controllers: [MetricsController], providers: [MetricsService, TracesService] })
export class TelemetryModule extends TelemetryModuleBase implements NestModule {
  constructor(private readonly metrics: MetricsService) {
    super();
  }

  configure(consumer: MiddlewareConsumer): void {
    // A function, since Nest would make an instance of its own from a class, with metrics nobody reads.
    consumer.apply(this.metrics.timeRequest).forRoutes('{*path}');
  }
}
