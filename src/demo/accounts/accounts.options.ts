import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';

export interface AccountsOptions {
  /** Counts failed sign-ins across nodes. */
  engine: RedisEngine;
  keyPrefix: string;
  /** Failed sign-ins per 15 minutes and account, for example 10. */
  failuresPerAccount: number;
  /** Failed sign-ins per 15 minutes and address, or IPv6 /64, for example 100. */
  failuresPerAddress: number;
  /** Creates the demo's accounts, ada and grace. */
  withDemoAccounts: boolean;
}

export const { ConfigurableModuleClass: AccountsModuleBase, MODULE_OPTIONS_TOKEN: ACCOUNTS_OPTIONS } =
  new ConfigurableModuleBuilder<AccountsOptions>().setClassMethodName('forRoot').build();
