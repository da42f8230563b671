import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface ArenaOptions {
  /** Whether the simulated players submit scores. */
  enabled: boolean;
}

export const { ConfigurableModuleClass: ArenaModuleBase, MODULE_OPTIONS_TOKEN: ARENA_OPTIONS } =
  new ConfigurableModuleBuilder<ArenaOptions>().setClassMethodName('forRoot').build();
