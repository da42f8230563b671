import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface TelemetryOptions {
  /** Where spans go by OTLP over HTTP, for example `http://127.0.0.1:4318`; undefined makes none. */
  otlpEndpoint: string | undefined;
}

export const { ConfigurableModuleClass: TelemetryModuleBase, MODULE_OPTIONS_TOKEN: TELEMETRY_OPTIONS } =
  new ConfigurableModuleBuilder<TelemetryOptions>().setClassMethodName('forRoot').build();
