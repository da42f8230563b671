import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AccountError } from './accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from './accounts.options.js';
import { networkOf } from './network.js';

const WINDOW_SECONDS = 15 * 60;

/*
 * key                                   | type   | lifetime   | written when
 * <prefix>:sign-in:account:<hash>        | string | 15 minutes | a sign-in to this name failed
 * <prefix>:sign-in:address:<hash>        | string | 15 minutes | a sign-in from this address, or its IPv6 /64, failed
 */

/** Failed sign-ins per account and address, on every node together; each node counts alone while the engine is away. */
@Injectable()
export class SignInFailuresStore {
  private readonly perAccount: RateLimiterRedis;
  private readonly perAddress: RateLimiterRedis;

  constructor(
    @Inject(ACCOUNTS_OPTIONS) { engine, keyPrefix, failuresPerAccount, failuresPerAddress }: AccountsOptions,
  ) {
    const limiter = (what: string, points: number) =>
      new RateLimiterRedis({
        storeClient: engine.client,
        useRedisPackage: true,
        keyPrefix: `${keyPrefix}:sign-in:${what}`,
        points,
        duration: WINDOW_SECONDS,
        insuranceLimiter: new RateLimiterMemory({ points, duration: WINDOW_SECONDS }),
      });
    this.perAccount = limiter('account', failuresPerAccount);
    this.perAddress = limiter('address', failuresPerAddress);
  }

  /**
   * Counts an attempt as failed until it is given back, so attempts in progress count too.
   *
   * @throws {AccountError} E_TOO_MANY_FAILURES beyond one of the limits.
   */
  async count(username: string, address: string): Promise<void> {
    try {
      // The address first: one that is over its limit must not lock accounts as well.
      await this.perAddress.consume(hash(networkOf(address)));
      await this.perAccount.consume(hash(username));
    } catch (error) {
      throw error instanceof RateLimiterRes ? tooMany(error) : error;
    }
  }

  /** Takes back what was counted: the attempt did not fail. */
  async giveBack(username: string, address: string): Promise<void> {
    await Promise.all([
      this.perAccount.reward(hash(username)),
      this.perAddress.reward(hash(networkOf(address))),
    ]);
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): AccountError {
  const seconds = Math.ceil(msBeforeNext / 1000);
  return new AccountError(
    'E_TOO_MANY_FAILURES',
    `Too many failed sign-ins. Try again in ${seconds} seconds.`,
    { retryAfterSeconds: seconds },
  );
}

/** Names and addresses do not stand in the engine in plain. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
