import { type EngineScript, ignoreEngineError } from '../../engine/index.js';
import { generationKey } from '../records/sessions.keys.js';
import { notReplicated } from '../sessions.errors.js';
import type { AccountKeysOptions } from './account-sessions.store.js';
import { CURRENT_GENERATION, NEXT_GENERATION, RAISE_GENERATION } from './account.scripts.js';

/**
 * The generation of each account: a session carries the one of its sign-in, and ending all sessions raises it. So a session that
 * the index had lost ends as well, at its next touch.
 *
 * Content that is no generation is not deleted but replaced by a new generation: the one that is lost may have ended sessions that still
 * exist. So every session of the account ends at its next touch, and a new sign-in succeeds.
 */
export class AccountGenerations {
  constructor(private readonly options: AccountKeysOptions) {}

  /** 0 if there is none, so that no session is stale. */
  async current(accountId: string): Promise<number> {
    return Number(await this.run(CURRENT_GENERATION, accountId));
  }

  /** A number above every earlier one; raises nothing yet. */
  async next(accountId: string): Promise<number> {
    return Number(await this.run(NEXT_GENERATION, accountId));
  }

  /** Makes sessions of older generations stale. */
  async raise(accountId: string, generation: number): Promise<void> {
    await this.run(RAISE_GENERATION, accountId, `${generation}`);
  }

  /**
   * Waits until a replica has what was raised, where writes need one.
   *
   * @throws {SessionError} E_NOT_REPLICATED if none confirms it.
   */
  async requireReplicated(accountId: string, generation: number): Promise<void> {
    const { engine, keyPrefix } = this.options;
    const key = generationKey(keyPrefix, accountId);
    const isReplicated = await engine.waitForReplica(key).catch(ignoreEngineError);
    if (isReplicated === null) return;
    // Another primary can have been promoted since it was raised.
    if (isReplicated && (await this.current(accountId)) >= generation) return;
    throw notReplicated();
  }

  private run(script: EngineScript, accountId: string, ...args: string[]): Promise<unknown> {
    const { engine, keyPrefix, ttlSeconds } = this.options;
    return engine.run(script, [generationKey(keyPrefix, accountId)], [`${ttlSeconds}`, ...args]);
  }
}
