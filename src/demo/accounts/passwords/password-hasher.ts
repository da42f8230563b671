import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { busy } from '../accounts.errors.js';

/** Argon2id as the OWASP password storage cheat sheet sets it: 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Each lane has its own queue. `signUps` are anonymous; `owners` have an account and sign in or change their password. */
export type Lane = 'signUps' | 'owners';

/**
 * Hashes passwords, a few at a time.
 *
 * A hash occupies one of libuv's four threads for about 30 ms, and files and DNS need them too: three lanes' worth would stall the
 * process. Each lane has threads and a queue of its own, so sign-ups never hold up sign-ins; one thread always stays free. A full
 * queue is about two seconds of work.
 */
@Injectable()
export class PasswordHasher {
  private readonly lanes = { signUps: bulkhead(1, 64), owners: bulkhead(2, 128) };

  /** Runs `work` when it is its turn. @throws {AccountError} E_ACCOUNTS_BUSY if too many wait. */
  async inTurn<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    try {
      return await this.lanes[lane].execute(work);
    } catch (error) {
      throw isBulkheadRejectedError(error) ? busy() : error;
    }
  }

  hash(lane: Lane, password: string): Promise<string> {
    return this.inTurn(lane, () => hash(password, ARGON2ID));
  }

  /** To be called in turn. */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return verify(passwordHash, password);
  }
}
