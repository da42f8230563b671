import { ConfigurableModuleBuilder } from '@nestjs/common';

/** Options of `TelemetryModule.forRootAsync`. */
export interface TelemetryOptions {
  /** OTLP/HTTP endpoint that receives the spans, for example `http://127.0.0.1:4318`; undefined turns tracing off. */
  otlpEndpoint: string | undefined;
}

export const { ConfigurableModuleClass: TelemetryModuleBase, MODULE_OPTIONS_TOKEN: TELEMETRY_OPTIONS } =
  new ConfigurableModuleBuilder<TelemetryOptions>().setClassMethodName('forRoot').build();
