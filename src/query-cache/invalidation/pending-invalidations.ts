import { LRUCache } from 'lru-cache';
import { EngineError, ignoreEngineError } from '../../engine/index.js';

const MOST_PENDING = 50_000;
/** The newest invalidations that are repeated, and their age: about a megabyte. Each costs a load of an answer that was valid. */
const MOST_REPEATED = 10_000;
const REPEATED_FOR_MS = 3_600_000;
const RETRY_MS = 500;
const BATCH = 200;
/** The clocks of nodes differ by less than this; see {@link PendingInvalidations.trustedSince}. */
const CLOCK_DIFFERENCE_MS = 5_000;

/**
 * Invalidations on their way to the engine. One that it did not confirm is kept and retried, and is always applied before this node reads an
 * answer that depends on it.
 *
 * An invalidation removes validity tokens, so repeating it does no harm. At most 50,000 are kept, some 5 MB. Beyond that this node trusts no
 * answer that was loaded before.
 */
export class PendingInvalidations {
  /** By token key, the number of its newest invalidation: the confirmation of an older one does not settle it. */
  readonly unconfirmed = new Map<string, number>();
  /** Answers that were loaded before may depend on an invalidation that could not be kept. Milliseconds since the epoch. */
  trustedSince = 0;
  /** Of the last hour, confirmed or not. */
  private readonly recent = new LRUCache<string, true>({ max: MOST_REPEATED, ttl: REPEATED_FOR_MS });
  private timer: NodeJS.Timeout | undefined;
  /** Grows with each invalidation on this node. */
  count = 0;

  constructor(private readonly remove: (tokenKeys: readonly string[]) => Promise<void>) {}

  /** @returns whether the engine has confirmed it. If not, it is retried. */
  async invalidate(tokenKeys: readonly string[]): Promise<boolean> {
    if (tokenKeys.length === 0) return true;
    const number = ++this.count;
    for (const key of tokenKeys) this.recent.set(key, true);
    if (await this.apply(tokenKeys)) return true;
    this.keep(tokenKeys, number);
    return false;
  }

  /**
   * Repeats the invalidations of the last hour before this node reads the engine again: a server that was promoted or restarted may have lost
   * them.
   */
  repeat(): void {
    this.keep([...this.recent.keys()], ++this.count);
    void this.applyPending();
  }

  /** Removes a key that may have been written by a call without an answer. Does not count as an invalidation. */
  removeLater(key: string): void {
    this.keep([key], 0);
    this.retryLater();
  }

  /** Applies what is pending for these keys. @throws {EngineError} if it cannot: then they must not be read. */
  async applyBeforeReading(tokenKeys: readonly string[]): Promise<void> {
    const pending = tokenKeys.filter((key) => this.unconfirmed.has(key));
    if (pending.length === 0 || (await this.apply(pending))) return;
    throw new EngineError('refused', 'The engine has not confirmed an invalidation yet, so it is not read.');
  }

  /** Whether an invalidation of one of these is not confirmed yet. */
  concerns(tokenKeys: readonly string[]): boolean {
    return this.unconfirmed.size > 0 && tokenKeys.some((key) => this.unconfirmed.has(key));
  }

  /** Tries once more to apply what is pending, then forgets it. @returns how many keys the engine has not confirmed. */
  async close(): Promise<number> {
    await this.applyPending();
    clearTimeout(this.timer);
    const { size } = this.unconfirmed;
    this.unconfirmed.clear();
    return size;
  }

  private keep(tokenKeys: readonly string[], number: number): void {
    for (const key of tokenKeys) this.unconfirmed.set(key, Math.max(number, this.unconfirmed.get(key) ?? 0));
    if (this.unconfirmed.size <= MOST_PENDING) return;
    this.unconfirmed.clear();
    this.trustedSince = Date.now() + CLOCK_DIFFERENCE_MS;
  }

  private async apply(tokenKeys: readonly string[]): Promise<boolean> {
    const upTo = this.count;
    try {
      await this.remove(tokenKeys);
    } catch (error) {
      ignoreEngineError(error);
      this.retryLater();
      return false;
    }
    for (const key of tokenKeys) if ((this.unconfirmed.get(key) ?? 0) <= upTo) this.unconfirmed.delete(key);
    return true;
  }

  private retryLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.applyPending();
    }, RETRY_MS).unref();
  }

  private async applyPending(): Promise<void> {
    const keys = [...this.unconfirmed.keys()];
    const applied: Promise<boolean>[] = [];
    for (let from = 0; from < keys.length; from += BATCH)
      applied.push(this.apply(keys.slice(from, from + BATCH)));
    await Promise.all(applied);
  }
}
