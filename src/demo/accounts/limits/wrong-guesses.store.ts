import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { networkOf } from '../../../common/index.js';
import { type EngineScript, readScript, replaceForeign } from '../../../engine/index.js';
import { AccountError, busy } from '../accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from '../accounts.options.js';

const WINDOW_SECONDS = 15 * 60;
/** Longer than any hash takes. Frees the place of a guess whose node died. */
const PENDING_SECONDS = 30;
const RETRY_MS = 20;
const MAX_WAIT_MS = 3_000;

const BEGIN = readScript('accounts.begin-guess', import.meta.url, 'scripts/begin-guess.lua');
const END = readScript('accounts.end-guess', import.meta.url, 'scripts/end-guess.lua');

/*
 * key                                       | type   | expires                      | written when
 * <prefix>:guesses:{<what>:<hash>}:wrong     | string | 15 minutes after the first   | a guess was wrong
 * <prefix>:guesses:{<what>:<hash>}:pending   | string | 30 seconds after the last    | a guess is being verified
 */

/** At most `limit` wrong guesses in 15 minutes, for one account or address. */
export interface GuessLimit {
  what: string;
  limit: number;
}

/**
 * Wrong passwords per account and per address, counted on all nodes together.
 *
 * Right passwords never count: a guess is pending while it is verified, and another one begins only if the limit would hold even if
 * all pending guesses were wrong.
 */
@Injectable()
export class WrongGuessesStore {
  constructor(@Inject(ACCOUNTS_OPTIONS) private readonly options: AccountsOptions) {}

  /** The limits of a sign-in. The address comes first: once it is over its limit, it must not lock accounts as well. */
  limitsOfSignIn(username: string, address: string): GuessLimit[] {
    const { failuresPerAccount, failuresPerAddress } = this.options;
    return [
      { what: `address:${hash(networkOf(address))}`, limit: failuresPerAddress },
      { what: `account:${hash(username)}`, limit: failuresPerAccount },
    ];
  }

  /** The limit of a signed-in visitor, for whom sign-ins by strangers do not count. */
  limitsOfSignedIn(username: string): GuessLimit[] {
    return [{ what: `signed-in:${hash(username)}`, limit: this.options.failuresPerAccount }];
  }

  /**
   * Verifies one guess.
   *
   * @throws {AccountError} E_TOO_MANY_FAILURES if a limit is reached, E_ACCOUNTS_BUSY after 3 s of waiting for pending guesses.
   * @throws {EngineError} if the guess cannot be counted. Its result is not returned then.
   */
  async guess([limit, ...others]: GuessLimit[], verify: () => Promise<boolean>): Promise<boolean> {
    if (!limit) return verify();
    await this.begin(limit);
    let isWrong = false;
    try {
      const isRight = await this.guess(others, verify);
      isWrong = !isRight;
      return isRight;
    } finally {
      await this.run(END, limit, [isWrong ? '1' : '0', `${WINDOW_SECONDS}`]);
    }
  }

  private async begin(limit: GuessLimit): Promise<void> {
    const giveUpAt = performance.now() + MAX_WAIT_MS;
    for (;;) {
      const state = Number(await this.run(BEGIN, limit, [`${limit.limit}`, `${PENDING_SECONDS}`]));
      if (state < 0) return;
      if (state > 0) throw tooMany(state);
      if (performance.now() > giveUpAt) throw busy();
      await delay(RETRY_MS);
    }
  }

  /** A counter of another type is deleted. Its count is lost, so up to `limit` more guesses are possible. */
  private run(script: EngineScript, { what }: GuessLimit, args: string[]): Promise<unknown> {
    const { engine, keyPrefix } = this.options;
    const key = `${keyPrefix}:guesses:{${what}}`;
    const keys = [`${key}:wrong`, `${key}:pending`];
    return replaceForeign(engine, { keys, type: 'string' }, () => engine.run(script, keys, args));
  }
}

function tooMany(ms: number): AccountError {
  const seconds = Math.ceil(ms / 1000);
  return new AccountError(
    'E_TOO_MANY_FAILURES',
    `Too many wrong passwords. Try again in ${seconds} seconds.`,
    { retryAfterSeconds: seconds },
  );
}

/** The engine never gets usernames and addresses in plain. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
