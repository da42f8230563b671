import { generationKey } from '../records/sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import { NEXT_GENERATION, RAISE_GENERATION } from './account.scripts.js';

/**
 * The generation of each account: a session carries the one of its sign-in, and ending all sessions raises it. So a session that
 * the index had lost ends as well, at its next touch.
 */
export class AccountGenerations {
  constructor(private readonly options: SessionsStoreOptions) {}

  /** 0 if there is none, so that no session is stale. */
  async current(accountId: string): Promise<number> {
    const key = this.key(accountId);
    return Number(await this.options.engine.call(key, (client) => client.get(key)));
  }

  /** A number above every earlier one; raises nothing yet. */
  async next(accountId: string): Promise<number> {
    return Number(await this.options.engine.run(NEXT_GENERATION, [this.key(accountId)], []));
  }

  /** Makes sessions of older generations stale. */
  async raise(accountId: string, generation: number): Promise<void> {
    const { engine, absoluteSeconds } = this.options;
    await engine.run(RAISE_GENERATION, [this.key(accountId)], [`${generation}`, `${absoluteSeconds}`]);
  }

  private key(accountId: string): string {
    return generationKey(this.options.keyPrefix, accountId);
  }
}
