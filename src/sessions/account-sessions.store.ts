import { defineScript } from '../engine/index.js';
import { accountKey, generationKey } from './sessions.keys.js';
import type { SessionsStoreOptions } from './sessions.options.js';

const RAISE = defineScript(
  'raise the generation of an account',
  `if (tonumber(redis.call('GET', KEYS[1])) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end`,
);

/** A sign-in that takes longer between its two writes has failed, so its entry may go. */
const LONGEST_SIGN_IN_MS = 10_000;

/**
 * The sessions of each account. An entry is written before its session and goes after it, so none is missing; one whose session
 * is no more is found by whoever reads the account's, and taken out. An account that was evicted is complete again once each
 * of its sessions has been seen.
 *
 * Sessions carry the generation that their account had at sign-in. Ending all of them raises it, so that one that the account
 * had lost ends as well, as soon as it is seen. A number that is not there is 0: nobody is behind it.
 */
export class AccountSessions {
  constructor(private readonly options: SessionsStoreOptions) {}

  async add(accountId: string, handle: string): Promise<void> {
    const { engine, keyPrefix, absoluteSeconds } = this.options;
    const key = accountKey(keyPrefix, accountId);
    await engine.client
      .multi()
      .zAdd(key, { score: Date.now(), value: handle })
      .expire(key, absoluteSeconds)
      .exec();
  }

  async remove(accountId: string, handles: string[]): Promise<void> {
    if (handles.length === 0) return;
    const { engine, keyPrefix } = this.options;
    await engine.client.zRem(accountKey(keyPrefix, accountId), handles);
  }

  /** `isSettled`: whether its session must be there by now, if it was not ended. */
  async list(accountId: string): Promise<{ handle: string; isSettled: boolean }[]> {
    const { engine, keyPrefix } = this.options;
    const members = await engine.client.zRangeWithScores(accountKey(keyPrefix, accountId), 0, -1);
    return members.map(({ value, score }) => ({
      handle: value,
      isSettled: Date.now() - score > LONGEST_SIGN_IN_MS,
    }));
  }

  async generation(accountId: string): Promise<number> {
    const { engine, keyPrefix } = this.options;
    return Number(await engine.client.get(generationKey(keyPrefix, accountId)));
  }

  /** One above all before, also above those of a number that was lost: they started from the time as well. */
  async nextGeneration(accountId: string): Promise<number> {
    return Math.max((await this.generation(accountId)) + 1, Date.now());
  }

  /** Sessions of an older one end when they are seen. */
  async raiseGeneration(accountId: string, generation: number): Promise<void> {
    const { engine, keyPrefix, absoluteSeconds } = this.options;
    await engine.run(RAISE, [generationKey(keyPrefix, accountId)], [`${generation}`, `${absoluteSeconds}`]);
  }

  async has(accountId: string, handle: string): Promise<boolean> {
    const { engine, keyPrefix } = this.options;
    return (await engine.client.zScore(accountKey(keyPrefix, accountId), handle)) !== null;
  }
}
