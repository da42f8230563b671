export { QuietStartupLogger } from './quiet-startup.logger.js';
export { subscribe } from './subscribe.js';
export { TelemetryModule } from './telemetry.module.js';
export type { TelemetryOptions } from './telemetry.options.js';
export { activeTraceId } from './traces/trace-context.js';
