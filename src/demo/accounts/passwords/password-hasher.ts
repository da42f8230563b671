import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { busy } from '../accounts.errors.js';

/** Argon2id as the OWASP password storage cheat sheet sets it: 19 MiB, 2 passes, 1 lane. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** `signUps` are anonymous; `owners` have an account and sign in or change their password. */
export type Lane = 'signUps' | 'owners';

/**
 * Hashes passwords, at most three at a time.
 *
 * A hash occupies one of libuv's four threads for about 30 ms, and files and DNS need these threads too, so one always stays free.
 * Each lane has its own threads and queue, so sign-ups never delay sign-ins. A full queue is about two seconds of work.
 */
@Injectable()
export class PasswordHasher {
  private readonly lanes = { signUps: bulkhead(1, 64), owners: bulkhead(2, 128) };

  /** Runs a task when the lane has a free thread. @throws {AccountError} E_ACCOUNTS_BUSY if its queue is full. */
  async enqueue<T>(lane: Lane, task: () => Promise<T>): Promise<T> {
    try {
      return await this.lanes[lane].execute(task);
    } catch (error) {
      throw isBulkheadRejectedError(error) ? busy() : error;
    }
  }

  hash(lane: Lane, password: string): Promise<string> {
    return this.enqueue(lane, () => hash(password, ARGON2ID));
  }

  /** Call it in a task of `enqueue`. */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return verify(passwordHash, password);
  }
}
