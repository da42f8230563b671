import { Body, Controller, HttpCode, Post, Put, Req } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import {
  type CurrentSession,
  SessionError,
  SessionsService,
  SignedInOnly,
  WithSession,
} from '../../sessions/index.js';
import {
  type NewAccount,
  newAccountSchema,
  type PasswordChange,
  passwordChangeSchema,
  type SignIn,
  signInSchema,
} from './accounts.schemas.js';
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
    return this.tellingRefusals(async () => {
      const account = await this.accounts.authenticate(username, password, request.ip ?? 'unknown');
      return this.sessions.signIn(
        request,
        { ...account, device: device ?? null },
        // The password may have been changed since it was checked, and all sessions ended before this one was there.
        () => this.accounts.requireUnchanged(account),
      );
    });
  }

  @Put('accounts/current/password')
  @HttpCode(204)
  @SignedInOnly()
  @ApiCookieAuth('session')
  @ApiOperation({ summary: 'Change the password; this session gets a new id, all others end' })
  @ApiNoContentResponse()
  @ApiUnauthorizedResponse({ description: 'E_NO_SESSION, E_WRONG_CREDENTIALS' })
  @ApiServiceUnavailableResponse({ description: 'Nothing has changed; but E_SESSIONS_REMAIN' })
  async changePassword(
    @Req() request: Request,
    @Body({ schema: passwordChangeSchema }) { current, next }: PasswordChange,
  ): Promise<void> {
    await this.tellingRefusals(async () => {
      const { username } = this.sessions.require(request).signedIn;
      const account = await this.accounts.authenticate(username, current, request.ip ?? 'unknown');
      // Before it as well: as long as it fails the password is as it was, and the same request can be sent again.
      await this.sessions.endOthers(request, 'password-changed');
      await this.accounts.changePassword(account, next);
    });
    await this.endSessionsOfBefore(request);
  }

  /** Who signed in with the old password while it was being changed, and the id that this session had. */
  private async endSessionsOfBefore(request: Request): Promise<void> {
    try {
      await this.sessions.endOthers(request, 'password-changed');
      await this.sessions.rotate(request);
    } catch (error) {
      // It was signed out meanwhile, and stays so.
      if (error instanceof SessionError && error.code === 'E_NO_SESSION') throw error;
      throw new AccountError(
        'E_SESSIONS_REMAIN',
        'The password is changed, but sessions of before may remain. Sign in with the new one and sign out everywhere else.',
        { cause: error },
      );
    }
  }

  private async tellingRefusals<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof AccountError) this.sessions.tellRefused();
      throw error;
    }
  }
}
