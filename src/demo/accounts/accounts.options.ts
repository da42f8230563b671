import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';

export interface AccountsOptions {
  /** Counts wrong passwords and sign-ups across nodes. */
  engine: RedisEngine;
  keyPrefix: string;
  /** Wrong passwords per 15 minutes and account, for example 10. */
  failuresPerAccount: number;
  /** Wrong passwords per 15 minutes and address, or IPv6 /64, for example 100. */
  failuresPerAddress: number;
  /** Sign-ups per hour and address, or IPv6 /64, for example 20. */
  signUpsPerAddress: number;
  /** Creates the demo's accounts, ada and grace. */
  withDemoAccounts: boolean;
}

export const { ConfigurableModuleClass: AccountsModuleBase, MODULE_OPTIONS_TOKEN: ACCOUNTS_OPTIONS } =
  new ConfigurableModuleBuilder<AccountsOptions>().setClassMethodName('forRoot').build();
