import { Inject, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountErrorFilter } from './account-error.filter.js';
import { AccountsController } from './accounts.controller.js';
import { ACCOUNTS_OPTIONS, AccountsModuleBase, type AccountsOptions } from './accounts.options.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AuthenticationService } from './authentication.service.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { limitCommands } from './limits/limits.commands.js';
import { SignUpsStore } from './limits/sign-ups.store.js';
import { WrongGuessesStore } from './limits/wrong-guesses.store.js';

/** The demo's accounts: sign-up, sign-in and password changes. */
@Module({
  controllers: [AccountsController],
  providers: [
    { provide: APP_FILTER, useClass: AccountErrorFilter },
    AccountsRepository,
    AccountsService,
    AuthenticationService,
    PasswordHasher,
    SignUpsStore,
    WrongGuessesStore,
  ],
})
export class AccountsModule extends AccountsModuleBase {
  constructor(@Inject(ACCOUNTS_OPTIONS) { engine, keyPrefix }: AccountsOptions) {
    super();
    engine.declareCommands(limitCommands(keyPrefix));
  }
}
