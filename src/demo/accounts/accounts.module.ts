import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { AccountsModuleBase } from './accounts.options.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { SignInFailuresStore } from './sign-in-failures.store.js';

/** Who can sign in. */
@Module({
  controllers: [AccountsController],
  providers: [AccountsRepository, AccountsService, SignInFailuresStore],
})
export class AccountsModule extends AccountsModuleBase {}
