import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { EngineAddress } from './address/engine-address.js';

/** Options of `EngineModule.forRoot` and `forRootAsync`. */
export interface EngineOptions {
  /** The engine of each role, for example `{ sessions: parseEngineUrl('valkey://127.0.0.1:6379') }`. */
  roles: Record<string, EngineAddress>;
  /** Time limit of every call, in milliseconds, for example 300. */
  deadlineMs: number;
}

export const { ConfigurableModuleClass: EngineModuleBase, MODULE_OPTIONS_TOKEN: ENGINE_OPTIONS } =
  new ConfigurableModuleBuilder<EngineOptions>().setClassMethodName('forRoot').build();
