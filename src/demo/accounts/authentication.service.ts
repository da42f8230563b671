import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import {
  type CurrentSession,
  SessionError,
  type SignedInSession,
  SessionsService,
} from '../../sessions/index.js';
import { AccountError } from './accounts.errors.js';
import type { Confirmation, PasswordChange, SignIn } from './accounts.schemas.js';
import { AccountsService, refuseWeak } from './accounts.service.js';

/** Signs accounts in, and changes passwords together with the sessions that depend on them. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly sessions: SessionsService,
  ) {}

  /** @throws {AccountError} as {@link AccountsService.authenticate} */
  signIn(
    request: Request,
    { username, password, device, remember = false }: SignIn,
  ): Promise<CurrentSession> {
    return this.reportRefusals(async () => {
      const account = await this.accounts.authenticate(username, password, clientOf(request));
      // The password may have changed since it was verified, which ended all sessions before this one existed.
      const confirm = () => this.accounts.requireUnchanged(account);
      return this.sessions.signIn(request, { ...account, device: device ?? null, remember }, confirm);
    });
  }

  /** Verifies the visitor's password again: the session is then recently signed in, under a new id. @throws {AccountError} */
  async confirm(request: Request, { password }: Confirmation): Promise<void> {
    const { signedIn } = this.sessions.require(request);
    await this.reportRefusals(() => this.accounts.authenticateSignedIn(signedIn.username, password));
    await this.sessions.confirmAuthentication(request);
  }

  /**
   * Resolves if and only if the password is changed. This session then has a new id, unless it was ended meanwhile.
   *
   * @throws {SessionError} E_NO_SESSION: the session was ended first, and the password is unchanged.
   * @throws {AccountError} E_SESSIONS_REMAIN: the password is changed, but older sessions may remain.
   */
  async changePassword(request: Request, { current, next }: PasswordChange): Promise<void> {
    const { signedIn } = this.sessions.require(request);
    refuseWeak('next', next, signedIn.username);
    await this.reportRefusals(async () => {
      const account = await this.accounts.authenticateSignedIn(signedIn.username, current);
      // If this fails, the password is unchanged and the request can be repeated.
      await this.endOthers(request);
      await this.accounts.changePassword(account, next);
    });
    await this.endOlderSessions(request, signedIn);
  }

  /** Ends all sessions of an account. @returns how many existed. @throws {AccountError} E_ACCOUNT_UNKNOWN */
  async endSessions(name: string): Promise<number> {
    const { accountId } = await this.accounts.find(name);
    return this.sessions.endAllOf(accountId);
  }

  private async endOthers(request: Request): Promise<void> {
    try {
      await this.sessions.endOthers(request, 'password-changed');
    } catch (error) {
      if (!isEnded(error)) throw error;
      throw new SessionError(
        'E_NO_SESSION',
        'This session was ended meanwhile, so the password is unchanged. Sign in and try again.',
      );
    }
  }

  /** Ends sessions that signed in with the old password during the change, and gives this one a new id. */
  private async endOlderSessions(request: Request, owner: SignedInSession['signedIn']): Promise<void> {
    try {
      await this.sessions.endOthers(request, 'password-changed');
      await this.sessions.confirmAuthentication(request);
    } catch (error) {
      if (!isEnded(error)) throw sessionsRemain(error);
      // This session was signed out meanwhile. It stays so, and the others end all the same.
      await this.sessions.endAllOf(owner.accountId, 'password-changed').catch((cause: unknown) => {
        throw sessionsRemain(cause);
      });
    }
  }

  private async reportRefusals<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof AccountError) this.sessions.reportRefusedSignIn();
      throw error;
    }
  }
}

/** The address for the limits. */
export function clientOf({ ip }: Request): string {
  return ip ?? 'unknown';
}

function isEnded(error: unknown): boolean {
  return error instanceof SessionError && error.code === 'E_NO_SESSION';
}

function sessionsRemain(cause: unknown): AccountError {
  return new AccountError(
    'E_SESSIONS_REMAIN',
    'The password is changed, but older sessions may remain. Sign in with the new password and sign out everywhere else.',
    { cause },
  );
}
