import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface ServersOptions {
  /** Whether the servers can be listed and controlled, if the launcher started them. */
  enabled: boolean;
}

export const { ConfigurableModuleClass: ServersModuleBase, MODULE_OPTIONS_TOKEN: SERVERS_OPTIONS } =
  new ConfigurableModuleBuilder<ServersOptions>().setClassMethodName('forRoot').build();
