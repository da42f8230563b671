import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { EngineAddress } from './address/engine-url.js';

export interface EngineOptions {
  /** Who uses which engine, for example `{ sessions: parseEngineUrl('valkey://127.0.0.1:6379') }`. */
  roles: Record<string, EngineAddress>;
  /** Within which every call settles, in milliseconds, for example 300. */
  deadlineMs: number;
}

export const { ConfigurableModuleClass: EngineModuleBase, MODULE_OPTIONS_TOKEN: ENGINE_OPTIONS } =
  new ConfigurableModuleBuilder<EngineOptions>().setClassMethodName('forRoot').build();
