import { defineScript } from '../../engine/index.js';
import { NOW } from '../records/session-scripts.js';
import { accountKey, generationKey } from '../records/sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';

/** By the clock of the account's server, so that a node's own clock decides nothing; in milliseconds, to the microsecond. */
const AT = `local time = redis.call('TIME')
local at = time[1] * 1000 + time[2] / 1000
`;

const ADD = defineScript(
  'enter a session in its account',
  `local handle, ttl, settlesInMs = unpack(ARGV)
${AT}redis.call('ZADD', KEYS[1], 'NX', at + settlesInMs, handle)
redis.call('EXPIRE', KEYS[1], ttl)`,
);

const SETTLE = defineScript(
  'settle a session in its account',
  `local handle = ARGV[1]
${AT}redis.call('ZADD', KEYS[1], 'XX', at, handle)`,
);

/** @returns now, the next cursor, and members with their scores. */
const SCAN = defineScript(
  'look through an account',
  `local cursor, count = unpack(ARGV)
${NOW}local page = redis.call('ZSCAN', KEYS[1], cursor, 'COUNT', count)
return {now, page[1], page[2]}`,
);

/** @returns one above all before, also above a number that was lost: each is at least the time it was made. */
const NEXT = defineScript(
  'find the next generation of an account',
  `${NOW}return math.max((tonumber(redis.call('GET', KEYS[1])) or 0) + 1, now)`,
);

const RAISE = defineScript(
  'raise the generation of an account',
  `if (tonumber(redis.call('GET', KEYS[1])) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end`,
);

/** An entry whose session is not there after this long belongs to a sign-in that failed, so it may be removed. */
const LONGEST_SIGN_IN_MS = 10_000;
/** An account with thousands of dead entries is cleaned up in parts, between the calls of others. */
const PAGE = 100;

export interface AccountEntry {
  handle: string;
  /** When its session was there, by the clock of the account's server. Of two sign-ins, the one with the higher has seen the other. */
  settledAt: number;
  /** Whether its session must be there by now, unless it has ended. */
  isSettled: boolean;
}

/**
 * The sessions of each account. An entry is written before its session and removed after it, so no session is missing. Reading
 * the account removes entries whose session has ended. An account that was evicted is complete again once each of its sessions
 * has been seen.
 *
 * Sessions carry the generation that their account had at sign-in. Ending all of them raises it, so that one that the account
 * had lost ends as well, as soon as it is seen. A missing generation counts as 0, so no session is behind it.
 */
export class AccountSessions {
  constructor(private readonly options: SessionsStoreOptions) {}

  /** Before its session is created, so that no session is missing. */
  async begin(accountId: string, handle: string): Promise<void> {
    await this.add(accountId, handle, LONGEST_SIGN_IN_MS);
  }

  /** Once its session is there. */
  async settle(accountId: string, handle: string): Promise<void> {
    const { engine, keyPrefix } = this.options;
    await engine.run(SETTLE, [accountKey(keyPrefix, accountId)], [handle]);
  }

  /** A session that exists: enters it again if the account has lost it. */
  async add(accountId: string, handle: string, settlesInMs = 0): Promise<void> {
    const { engine, keyPrefix, absoluteSeconds } = this.options;
    const args = [handle, `${absoluteSeconds}`, `${settlesInMs}`];
    await engine.run(ADD, [accountKey(keyPrefix, accountId)], args);
  }

  async remove(accountId: string, handles: string[]): Promise<void> {
    if (handles.length === 0) return;
    const { engine, keyPrefix } = this.options;
    await engine.client.zRem(accountKey(keyPrefix, accountId), handles);
  }

  /** All entries that are there from beginning to end, about a hundred at a time. They may be removed meanwhile. */
  async *pages(accountId: string): AsyncGenerator<AccountEntry[]> {
    const { engine, keyPrefix } = this.options;
    const key = accountKey(keyPrefix, accountId);
    let cursor = '0';
    do {
      const reply = await engine.run(SCAN, [key], [cursor, `${PAGE}`]);
      const [now, next, flat] = reply as [number, string, string[]];
      cursor = next;
      yield* pagesOf(flat, now);
    } while (cursor !== '0');
  }

  async generation(accountId: string): Promise<number> {
    const { engine, keyPrefix } = this.options;
    return Number(await engine.client.get(generationKey(keyPrefix, accountId)));
  }

  async nextGeneration(accountId: string): Promise<number> {
    const { engine, keyPrefix } = this.options;
    return Number(await engine.run(NEXT, [generationKey(keyPrefix, accountId)], []));
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

/** A small account comes in one piece whatever COUNT says. @param flat member, score, member, score. */
function* pagesOf(flat: readonly string[], now: number): Generator<AccountEntry[]> {
  for (let start = 0; start < flat.length; start += 2 * PAGE) {
    const page = flat.slice(start, start + 2 * PAGE);
    yield page.flatMap((handle, i) => {
      if (i % 2 === 1) return [];
      const settledAt = Number(page[i + 1]);
      return { handle, settledAt, isSettled: settledAt < now };
    });
  }
}
