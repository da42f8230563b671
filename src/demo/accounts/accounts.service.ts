import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DatabaseUnavailableError, Migrations } from '../../database/index.js';
import { AccountError } from './accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from './accounts.options.js';
import { type Account, ACCOUNTS_MIGRATIONS, AccountsRepository } from './accounts.repository.js';
import type { NewAccount } from './accounts.schemas.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { weaknessOf } from './passwords/password-rules.js';
import { SignUpsStore } from './limits/sign-ups.store.js';
import { type GuessLimit, WrongGuessesStore } from './limits/wrong-guesses.store.js';

const DEMO_ACCOUNTS = ['ada', 'grace'];
const DEMO_PASSWORD = 'correct horse battery staple';

export interface CreatedAccount {
  accountId: string;
  username: string;
}

/** Accounts and their passwords. */
@Injectable()
export class AccountsService implements OnApplicationBootstrap {
  /** Unknown names are verified against this hash, so that they take as long as a wrong password. */
  private readonly unknownNameHash: Promise<string>;

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly wrongGuesses: WrongGuessesStore,
    private readonly signUps: SignUpsStore,
    private readonly migrations: Migrations,
    @Inject(ACCOUNTS_OPTIONS) private readonly options: AccountsOptions,
  ) {
    this.unknownNameHash = hasher.hash('owners', 'no account has this password');
  }

  onApplicationBootstrap(): void {
    void this.migrations.apply('accounts', ACCOUNTS_MIGRATIONS, () => this.createDemoAccounts());
  }

  /** Creates an account. @throws {AccountError} E_USERNAME_TAKEN, E_INVALID, E_TOO_MANY_SIGN_UPS, E_ACCOUNTS_BUSY */
  async create({ username, password }: NewAccount, address: string): Promise<CreatedAccount> {
    refuseWeak('password', password, username);
    await this.signUps.count(address);
    const accountId = await this.insert(username, password).catch(async (error: unknown) => {
      await this.signUps.refund(address);
      throw error;
    });
    if (accountId === null) {
      throw new AccountError('E_USERNAME_TAKEN', `The name "${username}" is taken. Choose another.`);
    }
    return { accountId, username };
  }

  /**
   * Verifies the name and password of a sign-in.
   *
   * @throws {AccountError} E_WRONG_CREDENTIALS (also for an unknown name), E_TOO_MANY_FAILURES, E_ACCOUNTS_BUSY
   */
  authenticate(name: string, password: string, address: string): Promise<Account> {
    const username = name.trim().toLowerCase();
    return this.verify(username, password, this.wrongGuesses.limitsOfSignIn(username, address));
  }

  /** @throws {AccountError} E_ACCOUNT_UNKNOWN */
  async find(username: string): Promise<Account> {
    const account = await this.accounts.find(username);
    if (account) return account;
    throw new AccountError('E_ACCOUNT_UNKNOWN', 'There is no account with this name. Check its spelling.');
  }

  /** Verifies the password of a signed-in visitor. @throws {AccountError} as {@link authenticate} */
  authenticateSignedIn(username: string, password: string): Promise<Account> {
    return this.verify(username, password, this.wrongGuesses.limitsOfSignedIn(username));
  }

  /** @throws {AccountError} E_WRONG_CREDENTIALS if the password has changed since the account was authenticated. */
  async requireUnchanged({ username, passwordHash }: Account): Promise<void> {
    const now = await this.accounts.find(username);
    if (now?.passwordHash !== passwordHash) throw wrongCredentials();
  }

  /** @throws {AccountError} E_WRONG_CREDENTIALS if another request changed it first; E_ACCOUNTS_BUSY, E_DATABASE_UNAVAILABLE */
  async changePassword(account: Account, next: string): Promise<void> {
    const passwordHash = await this.hasher.hash('owners', next);
    const isChanged = await this.accounts.changePassword(account, passwordHash).catch((cause: unknown) => {
      throw cause instanceof DatabaseUnavailableError ? unknownOutcome(cause) : cause;
    });
    if (!isChanged) throw wrongCredentials();
  }

  private async verify(username: string, password: string, limits: GuessLimit[]): Promise<Account> {
    const account = await this.accounts.find(username);
    const passwordHash = account?.passwordHash ?? (await this.unknownNameHash);
    // Counted only once it leaves the queue, so that queued guesses are not pending.
    const isRight = await this.hasher.enqueue('owners', () =>
      this.wrongGuesses.guess(limits, () => this.hasher.verify(passwordHash, password)),
    );
    if (!account || !isRight) throw wrongCredentials();
    return account;
  }

  private async insert(username: string, password: string): Promise<string | null> {
    return this.accounts.create(username, await this.hasher.hash('signUps', password));
  }

  private async createDemoAccounts(): Promise<void> {
    if (!this.options.withDemoAccounts) return;
    const passwordHash = await this.hasher.hash('owners', DEMO_PASSWORD);
    for (const username of DEMO_ACCOUNTS) await this.accounts.create(username, passwordHash);
  }
}

/** Refuses a password that is easy to guess. @throws {AccountError} E_INVALID, which names the field. */
export function refuseWeak(field: string, password: string, username: string): void {
  const message = weaknessOf(password, username);
  if (message)
    throw new AccountError('E_INVALID', `Correct ${field}: ${message}`, { errors: [{ field, message }] });
}

function wrongCredentials(): AccountError {
  return new AccountError(
    'E_WRONG_CREDENTIALS',
    'The name or the password is wrong. Check both and try again.',
  );
}

/** The statement may have been executed although its response was lost. */
function unknownOutcome(cause: unknown): AccountError {
  return new AccountError(
    'E_DATABASE_UNAVAILABLE',
    'The database does not answer, so the password may be changed or not. Sign in with the new password, or else with the old one.',
    { cause },
  );
}
