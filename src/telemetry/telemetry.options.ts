import { ConfigurableModuleBuilder, type Type } from '@nestjs/common';

/** Options of `TelemetryModule.forRootAsync`. */
export interface TelemetryOptions {
  /** The name of the application in metrics and spans, for example `my-service`. */
  serviceName: string;
  /** OTLP/HTTP endpoint that receives the spans, for example `http://127.0.0.1:4318`; undefined turns tracing off. */
  otlpEndpoint: string | undefined;
}

/** Which modules are measured and traced. */
interface TelemetryExtras {
  /** Providers that subscribe to the channels of a module, those of `subscribers/` for example. */
  subscribers?: Type[];
}

export const { ConfigurableModuleClass: TelemetryModuleBase, MODULE_OPTIONS_TOKEN: TELEMETRY_OPTIONS } =
  new ConfigurableModuleBuilder<TelemetryOptions>()
    .setClassMethodName('forRoot')
    .setExtras<TelemetryExtras>({}, (definition, { subscribers = [] }) => ({
      ...definition,
      providers: [...(definition.providers ?? []), ...subscribers],
    }))
    .build();
