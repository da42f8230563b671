import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../../../common/index.js';
import { createLibraryClient } from '../../../engine/index.js';
import { AccountError } from '../accounts.errors.js';
import { ACCOUNTS_OPTIONS, type AccountsOptions } from '../accounts.options.js';

const WINDOW_SECONDS = 60 * 60;

/** Sign-ups per address and hour, counted on all nodes together. While the engine is down, each node counts alone. */
@Injectable()
export class SignUpsStore {
  private readonly perAddress: RateLimiterRedis;

  constructor(@Inject(ACCOUNTS_OPTIONS) { engine, keyPrefix, signUpsPerAddress }: AccountsOptions) {
    const limit = { points: signUpsPerAddress, duration: WINDOW_SECONDS };
    this.perAddress = new RateLimiterRedis({
      storeClient: createLibraryClient(engine),
      useRedisPackage: true,
      keyPrefix: `${keyPrefix}:sign-up`,
      ...limit,
      insuranceLimiter: new RateLimiterMemory(limit),
    });
  }

  /** Counts a sign-up. @throws {AccountError} E_TOO_MANY_SIGN_UPS */
  async count(address: string): Promise<void> {
    try {
      await this.perAddress.consume(keyOf(address));
    } catch (error) {
      throw error instanceof RateLimiterRes ? tooMany(error) : error;
    }
  }

  /** Uncounts a sign-up that failed. */
  async refund(address: string): Promise<void> {
    await this.perAddress.reward(keyOf(address));
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): AccountError {
  const seconds = Math.ceil(msBeforeNext / 1000);
  return new AccountError(
    'E_TOO_MANY_SIGN_UPS',
    `Too many accounts were created from this address. Try again in ${Math.ceil(seconds / 60)} minutes.`,
    { retryAfterSeconds: seconds },
  );
}

/** The engine never gets addresses in plain. */
function keyOf(address: string): string {
  return createHash('sha256').update(networkOf(address)).digest('base64url').slice(0, 22);
}
