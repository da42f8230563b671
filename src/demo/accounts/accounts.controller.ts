import { Body, Controller, Post, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { type CurrentSession, SessionsService, WithSession } from '../../sessions/index.js';
import { type NewAccount, newAccountSchema, type SignIn, signInSchema } from './accounts.schemas.js';
import { AccountError } from './accounts.errors.js';
import { AccountsService } from './accounts.service.js';

@ApiTags('accounts')
@Controller('api')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('accounts')
  @ApiOperation({ summary: 'Make an account' })
  @ApiConflictResponse({ description: 'E_USERNAME_TAKEN' })
  create(@Body({ schema: newAccountSchema }) account: NewAccount) {
    return this.accounts.create(account);
  }

  @Post('sessions')
  @WithSession()
  @ApiOperation({ summary: 'Sign in; answers once the engine has the session' })
  @ApiUnauthorizedResponse({ description: 'E_WRONG_CREDENTIALS' })
  @ApiTooManyRequestsResponse({ description: 'E_TOO_MANY_FAILURES' })
  async signIn(
    @Req() request: Request,
    @Body({ schema: signInSchema }) { username, password, device }: SignIn,
  ): Promise<CurrentSession> {
    try {
      const account = await this.accounts.authenticate(username, password, request.ip ?? 'unknown');
      return await this.sessions.signIn(request, { ...account, device: device ?? null });
    } catch (error) {
      if (error instanceof AccountError) this.sessions.tellRefused();
      throw error;
    }
  }
}
