import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { AccountsModuleBase } from './accounts.options.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { SignUpsStore } from './limits/sign-ups.store.js';
import { WrongGuessesStore } from './limits/wrong-guesses.store.js';

/** Accounts and their passwords. */
@Module({
  controllers: [AccountsController],
  providers: [AccountsRepository, AccountsService, PasswordHasher, SignUpsStore, WrongGuessesStore],
})
export class AccountsModule extends AccountsModuleBase {}
