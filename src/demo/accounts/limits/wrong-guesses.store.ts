import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { defineScript } from '../../../engine/index.js';
import { AccountError, busy } from '../accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from '../accounts.options.js';
import { networkOf } from './network.js';

const WINDOW_SECONDS = 15 * 60;
/** Longer than any hash takes. After it a guess whose node died counts no longer. */
const PENDING_SECONDS = 30;
const LOOK_AGAIN_MS = 20;
const LONGEST_WAIT_MS = 3_000;

/*
 * key                                       | type   | lifetime                     | written when
 * <prefix>:guesses:{<what>:<hash>}:wrong     | string | 15 minutes from the first    | a guess was wrong
 * <prefix>:guesses:{<what>:<hash>}:pending   | string | 30 seconds from the last     | a guess is being verified
 */

const BEGIN = defineScript(
  'begin a guess',
  `-- KEYS: wrong, pending. ARGV: the limit, seconds a pending guess lives.
-- Returns -1: begun. 0: the pending guesses may be wrong, so wait for them. Else: milliseconds until the window ends.
local wrong = tonumber(redis.call('GET', KEYS[1]) or 0)
if wrong >= tonumber(ARGV[1]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if wrong + tonumber(redis.call('GET', KEYS[2]) or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return -1`,
);

const END = defineScript(
  'end a guess',
  `-- KEYS: wrong, pending. ARGV: 1 if it was wrong, the window in seconds.
if redis.call('DECR', KEYS[2]) <= 0 then redis.call('DEL', KEYS[2]) end
if ARGV[1] == '1' and redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end`,
);

/** What limits a guess: at most `limit` wrong ones in 15 minutes. */
interface Limit {
  what: string;
  limit: number;
}

/**
 * Wrong passwords per account and per address, counted on every node together. Right ones never count: a guess is pending while it
 * is verified, and one more begins only if the limit holds even should all pending ones be wrong.
 */
@Injectable()
export class WrongGuessesStore {
  constructor(@Inject(ACCOUNTS_OPTIONS) private readonly options: AccountsOptions) {}

  /** Limits a sign-in. The address goes first: one over its limit must not lock accounts as well. */
  signIn(username: string, address: string): Limit[] {
    const { failuresPerAccount, failuresPerAddress } = this.options;
    return [
      { what: `address:${hash(networkOf(address))}`, limit: failuresPerAddress },
      { what: `account:${hash(username)}`, limit: failuresPerAccount },
    ];
  }

  /** Limits what a signed-in visitor may guess of their account's password. A stranger's sign-ins do not count here. */
  signedIn(username: string): Limit[] {
    return [{ what: `signed-in:${hash(username)}`, limit: this.options.failuresPerAccount }];
  }

  /**
   * Verifies one guess.
   *
   * @throws {AccountError} E_TOO_MANY_FAILURES beyond a limit; {EngineError} if it cannot be counted. Then nothing is verified, or its
   * result is not told.
   */
  async guess([limit, ...others]: Limit[], verify: () => Promise<boolean>): Promise<boolean> {
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

  private async begin(limit: Limit): Promise<void> {
    const giveUpAt = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const state = Number(await this.run(BEGIN, limit, [`${limit.limit}`, `${PENDING_SECONDS}`]));
      if (state < 0) return;
      if (state > 0) throw tooMany(state);
      if (performance.now() > giveUpAt) throw busy();
      await delay(LOOK_AGAIN_MS);
    }
  }

  private run(script: typeof BEGIN, { what }: Limit, args: string[]): Promise<unknown> {
    const { engine, keyPrefix } = this.options;
    const key = `${keyPrefix}:guesses:{${what}}`;
    return engine.run(script, [`${key}:wrong`, `${key}:pending`], args);
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

/** Names and addresses are not stored in the engine in plain. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
