import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Migrations } from '../../database/index.js';
import { AccountError } from './accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from './accounts.options.js';
import { type Account, ACCOUNTS_MIGRATIONS, AccountsRepository } from './accounts.repository.js';
import type { NewAccount } from './accounts.schemas.js';
import { SignInFailuresStore } from './sign-in-failures.store.js';

const DEMO_ACCOUNTS = ['ada', 'grace'];
const DEMO_PASSWORD = 'correct horse battery staple';

/** Argon2id as the OWASP password storage cheat sheet sets it: 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Accounts and their passwords. */
@Injectable()
export class AccountsService implements OnApplicationBootstrap {
  /** What an unknown name is checked against, so that it takes as long as a wrong password. */
  private readonly nobodysHash = hash('nobody has this password', ARGON2ID);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly failures: SignInFailuresStore,
    private readonly migrations: Migrations,
    @Inject(ACCOUNTS_OPTIONS) private readonly options: AccountsOptions,
  ) {}

  onApplicationBootstrap(): void {
    void this.migrations.apply('accounts', ACCOUNTS_MIGRATIONS, () => this.createDemoAccounts());
  }

  /** @throws {AccountError} E_USERNAME_TAKEN */
  async create({ username, password }: NewAccount): Promise<{ accountId: string; username: string }> {
    const accountId = await this.accounts.create(username, await hash(password, ARGON2ID));
    if (accountId === null) {
      throw new AccountError('E_USERNAME_TAKEN', `The name "${username}" is taken. Choose another.`);
    }
    return { accountId, username };
  }

  /** @throws {AccountError} E_WRONG_CREDENTIALS, the same for an unknown name; E_TOO_MANY_FAILURES. */
  async authenticate(name: string, password: string, address: string): Promise<Account> {
    const username = name.trim().toLowerCase();
    // Counted first and given back: a thousand guesses at once must not all pass before the first has failed.
    await this.failures.count(username, address);
    const account = await this.match(username, password).catch(async (error: unknown) => {
      // That the database is away says nothing of the password.
      await this.failures.giveBack(username, address);
      throw error;
    });
    if (!account) throw wrongCredentials();
    await this.failures.giveBack(username, address);
    return account;
  }

  /** @throws {AccountError} E_WRONG_CREDENTIALS if the password is another than when the account was authenticated. */
  async requireUnchanged({ username, passwordHash }: Account): Promise<void> {
    const now = await this.accounts.find(username);
    if (now?.passwordHash !== passwordHash) throw wrongCredentials();
  }

  /** @throws {AccountError} E_WRONG_CREDENTIALS if another request changed it first. */
  async changePassword(account: Account, next: string): Promise<void> {
    if (!(await this.accounts.changePassword(account, await hash(next, ARGON2ID)))) throw wrongCredentials();
  }

  /** null if either is wrong, after the same work. */
  private async match(username: string, password: string): Promise<Account | null> {
    const account = await this.accounts.find(username);
    const isRight = await verify(account?.passwordHash ?? (await this.nobodysHash), password);
    return isRight ? account : null;
  }

  private async createDemoAccounts(): Promise<void> {
    if (!this.options.withDemoAccounts) return;
    const passwordHash = await hash(DEMO_PASSWORD, ARGON2ID);
    for (const username of DEMO_ACCOUNTS) await this.accounts.create(username, passwordHash);
  }
}

function wrongCredentials(): AccountError {
  return new AccountError('E_WRONG_CREDENTIALS', 'Name or password is wrong. Check both and try again.');
}
