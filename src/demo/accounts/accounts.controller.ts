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
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import {
  type CurrentSession,
  SessionError,
  type SignedInSession,
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
import { AccountsService, refuseWeak } from './accounts.service.js';

@ApiTags('accounts')
@Controller('api')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('accounts')
  @ApiOperation({ summary: 'Make an account; SIGN_UPS_PER_ADDRESS an hour' })
  @ApiConflictResponse({ description: 'E_USERNAME_TAKEN' })
  @ApiTooManyRequestsResponse({ description: 'E_TOO_MANY_SIGN_UPS' })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID: also a password that is too easy to guess' })
  @ApiServiceUnavailableResponse({ description: 'E_ACCOUNTS_BUSY, E_DATABASE_UNAVAILABLE' })
  create(@Req() request: Request, @Body({ schema: newAccountSchema }) account: NewAccount) {
    return this.accounts.create(account, addressOf(request));
  }

  @Post('sessions')
  @WithSession()
  @ApiOperation({ summary: 'Sign in; answers once the engine has the session' })
  @ApiUnauthorizedResponse({ description: 'E_WRONG_CREDENTIALS' })
  @ApiTooManyRequestsResponse({
    description: 'E_TOO_MANY_FAILURES: too many wrong passwords, right ones do not count',
  })
  @ApiServiceUnavailableResponse({
    description: 'E_ACCOUNTS_BUSY, E_ENGINE_UNAVAILABLE, E_DATABASE_UNAVAILABLE',
  })
  async signIn(
    @Req() request: Request,
    @Body({ schema: signInSchema }) { username, password, device }: SignIn,
  ): Promise<CurrentSession> {
    return this.tellingRefusals(async () => {
      const account = await this.accounts.authenticate(username, password, addressOf(request));
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
  @ApiNoContentResponse({
    description: 'The password is changed. If this session was ended meanwhile it stays ended.',
  })
  @ApiUnauthorizedResponse({
    description: 'E_NO_SESSION, E_WRONG_CREDENTIALS: the password is not changed',
  })
  @ApiTooManyRequestsResponse({
    description: 'E_TOO_MANY_FAILURES: too many wrong passwords in password changes',
  })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID: also a password that is too easy to guess' })
  @ApiServiceUnavailableResponse({
    description:
      'E_SESSIONS_REMAIN: the password is changed. E_DATABASE_UNAVAILABLE: the detail says whether it may be. Else it is not.',
  })
  async changePassword(
    @Req() request: Request,
    @Body({ schema: passwordChangeSchema }) { current, next }: PasswordChange,
  ): Promise<void> {
    const { signedIn } = this.sessions.require(request);
    refuseWeak('next', next, signedIn.username);
    await this.tellingRefusals(async () => {
      const account = await this.accounts.authenticateSignedIn(signedIn.username, current);
      // If this fails, the password is unchanged and the same request can be sent again.
      await this.endOthersBeforeTheChange(request);
      await this.accounts.changePassword(account, next);
    });
    await this.endSessionsOfBefore(request, signedIn);
  }

  private async endOthersBeforeTheChange(request: Request): Promise<void> {
    try {
      await this.sessions.endOthers(request, 'password-changed');
    } catch (error) {
      if (!isEnded(error)) throw error;
      throw new SessionError(
        'E_NO_SESSION',
        'This session was ended meanwhile, so the password is not changed. Sign in and try again.',
      );
    }
  }

  /** Ends the sessions that signed in with the old password during the change, and replaces the id of this one. */
  private async endSessionsOfBefore(request: Request, owner: SignedInSession['signedIn']): Promise<void> {
    try {
      await this.sessions.endOthers(request, 'password-changed');
      await this.sessions.rotate(request);
    } catch (error) {
      if (!isEnded(error)) throw sessionsRemain(error);
      // Signed out meanwhile. It stays so, and the others must end all the same.
      await this.sessions.endAccount(owner, 'password-changed').catch((cause: unknown) => {
        throw sessionsRemain(cause);
      });
    }
  }

  private async tellingRefusals<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof AccountError) this.sessions.reportRefusedSignIn();
      throw error;
    }
  }
}

function addressOf({ ip }: Request): string {
  return ip ?? 'unknown';
}

function isEnded(error: unknown): boolean {
  return error instanceof SessionError && error.code === 'E_NO_SESSION';
}

function sessionsRemain(cause: unknown): AccountError {
  return new AccountError(
    'E_SESSIONS_REMAIN',
    'The password is changed, but sessions of before may remain. Sign in with the new one and sign out everywhere else.',
    { cause },
  );
}
