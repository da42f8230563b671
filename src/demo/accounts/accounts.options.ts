import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RedisEngine } from '../../engine/index.js';

export interface AccountsOptions {
  /** Counts wrong passwords and sign-ups on all nodes together. */
  engine: RedisEngine;
  keyPrefix: string;
  /** The most wrong passwords of an account in 15 minutes, for example 10. */
  failuresPerAccount: number;
  /** The most wrong passwords from an address, or IPv6 /64, in 15 minutes, for example 100. */
  failuresPerAddress: number;
  /** The most sign-ups from an address, or IPv6 /64, in an hour, for example 20. */
  signUpsPerAddress: number;
  /** Whether to create the demo's accounts, ada and grace. */
  withDemoAccounts: boolean;
}

export const { ConfigurableModuleClass: AccountsModuleBase, MODULE_OPTIONS_TOKEN: ACCOUNTS_OPTIONS } =
  new ConfigurableModuleBuilder<AccountsOptions>().setClassMethodName('forRoot').build();
