import { type EngineScript, replaceForeign } from '../../engine/index.js';
import { accountKey } from '../records/sessions.keys.js';
import { UnconfirmedError } from '../records/unconfirmed.error.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import { ADD, CONFIRM, SCAN } from './account.scripts.js';

/** An entry without a session is removed after this time: its sign-in has failed. */
const SIGN_IN_LIMIT_MS = 10_000;
/** An account with thousands of dead entries is cleaned in pages, so that other calls get through in between. */
const PAGE_SIZE = 100;

export interface AccountKeysOptions extends Pick<SessionsStoreOptions, 'engine' | 'keyPrefix'> {
  /** The longest absolute lifetime of a session. */
  ttlSeconds: number;
}

export interface AccountEntry {
  handle: string;
  /** When the session was created, on the server's clock. Of two sign-ins, the later one has seen the earlier. */
  confirmedAt: number;
  /** Whether the session exists, unless it has ended. */
  isConfirmed: boolean;
}

/**
 * The index of each account's sessions.
 *
 * An entry is written before its session and removed after it, so no session is missing. Reading the index removes entries whose
 * session has ended. An evicted index is complete again once each session has been touched. A key of another type is deleted, which has
 * the same effect.
 */
export class AccountSessions {
  constructor(private readonly options: AccountKeysOptions) {}

  /** Adds a session that is about to be created. */
  async addPending(accountId: string, handle: string): Promise<void> {
    await this.add(accountId, handle, SIGN_IN_LIMIT_MS);
  }

  /** Marks a pending session as created. */
  async confirm(accountId: string, handle: string): Promise<void> {
    await this.run(CONFIRM, accountId, [handle]);
  }

  /** Adds an existing session, unless the index has it. */
  async add(accountId: string, handle: string, confirmInMs = 0): Promise<void> {
    await this.run(ADD, accountId, [handle, `${this.options.ttlSeconds}`, `${confirmInMs}`]);
  }

  async remove(accountId: string, handles: string[]): Promise<void> {
    if (handles.length === 0) return;
    const key = this.key(accountId);
    await this.onIndex(key, () => this.options.engine.call(key, (client) => client.zRem(key, handles)));
  }

  async has(accountId: string, handle: string): Promise<boolean> {
    const key = this.key(accountId);
    const read = () => this.options.engine.call(key, (client) => client.zScore(key, handle));
    return (await this.onIndex(key, read)) !== null;
  }

  /** As `SessionRecords.requireAbsent`. @throws {UnconfirmedError} */
  async requireAbsent(accountId: string, handle: string): Promise<void> {
    const isReplicated = await this.options.engine.waitForReplica(this.key(accountId));
    if (isReplicated === null) return;
    if (isReplicated && !(await this.has(accountId, handle))) return;
    throw new UnconfirmedError();
  }

  /** All entries, about a hundred at a time. An entry may come twice, and entries may be removed during the scan. */
  async *pages(accountId: string): AsyncGenerator<AccountEntry[]> {
    let cursor = '0';
    do {
      const reply = await this.run(SCAN, accountId, [cursor, `${PAGE_SIZE}`]);
      const [now, next, flat] = reply as [number, string, string[]];
      cursor = next;
      yield* pagesOf(flat, now);
    } while (cursor !== '0');
  }

  private run(script: EngineScript, accountId: string, args: string[]): Promise<unknown> {
    const key = this.key(accountId);
    return this.onIndex(key, () => this.options.engine.run(script, [key], args));
  }

  private onIndex<T>(key: string, send: () => Promise<T>): Promise<T> {
    return replaceForeign(this.options.engine, { keys: [key], type: 'zset' }, send);
  }

  private key(accountId: string): string {
    return accountKey(this.options.keyPrefix, accountId);
  }
}

/** ZSCAN returns a small set in one reply and ignores COUNT. @param flat member, score, member, score. */
function* pagesOf(flat: readonly string[], now: number): Generator<AccountEntry[]> {
  for (let start = 0; start < flat.length; start += 2 * PAGE_SIZE) {
    const page = flat.slice(start, start + 2 * PAGE_SIZE);
    yield page.flatMap((handle, i) => {
      if (i % 2 === 1) return [];
      const confirmedAt = Number(page[i + 1]);
      return { handle, confirmedAt, isConfirmed: confirmedAt < now };
    });
  }
}
