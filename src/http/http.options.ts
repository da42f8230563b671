import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface HttpOptions {
  /** Bearer tokens of operators; several while one replaces another. */
  operatorKeys: string[];
  /** true opens the operator's part to everyone: a demo on the loopback. */
  operatorsNeedNoKey: boolean;
}

export const { ConfigurableModuleClass: HttpModuleBase, MODULE_OPTIONS_TOKEN: HTTP_OPTIONS } =
  new ConfigurableModuleBuilder<HttpOptions>().setClassMethodName('forRoot').build();
