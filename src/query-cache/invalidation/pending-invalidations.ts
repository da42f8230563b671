import { LRUCache } from 'lru-cache';
import { EngineError, ignoreEngineError } from '../../engine/index.js';

const MOST_KEPT = 50_000;
/** How many are repeated, the newest, and how old they may be: about a megabyte. Each costs a load of what was right. */
const MOST_REPEATED = 10_000;
const REPEATED_FOR_MS = 3_600_000;
const TRY_AGAIN_MS = 500;
const AT_ONCE = 200;
/** Clocks of nodes differ by less than this; see {@link PendingInvalidations.isDistrusted}. */
const CLOCK_DIFFERENCE_MS = 5_000;

/**
 * Invalidations on their way to the engine. What it did not confirm is kept, sent again until it is, and always before
 * this node reads what hangs on it.
 *
 * They are removals of generations, so once more does no harm. At most 50,000 are kept, some 5 MB; beyond that this node
 * no longer trusts any answer that was loaded before.
 */
export class PendingInvalidations {
  /** Each with the number of its newest invalidation: an older one that is confirmed does not settle it. */
  private readonly kept = new Map<string, number>();
  /** Invalidated lately, confirmed or not. */
  private readonly recent = new LRUCache<string, true>({ max: MOST_REPEATED, ttl: REPEATED_FOR_MS });
  private timer: NodeJS.Timeout | undefined;
  private trustedSince = 0;
  /** Grows with each invalidation that this node was told of. */
  count = 0;

  constructor(private readonly remove: (keys: readonly string[]) => Promise<void>) {}

  /** @returns whether the engine has confirmed it; if not, it will be sent again. */
  async invalidate(keys: readonly string[]): Promise<boolean> {
    if (keys.length === 0) return true;
    const number = ++this.count;
    for (const key of keys) this.recent.set(key, true);
    if (await this.apply(keys)) return true;
    this.keep(keys, number);
    return false;
  }

  /**
   * Invalidates again what was invalidated lately, before this node reads it there: a server that was promoted or restarted may be
   * in an older state.
   */
  repeat(): void {
    this.keep([...this.recent.keys()], ++this.count);
    void this.applyKept();
  }

  /** Of what may be there without anybody knowing of it: no invalidation. */
  removeLater(key: string): void {
    this.keep([key], 0);
    this.applyLater();
  }

  /** What of these is pending is applied first. @throws {EngineError} if it cannot be: then they must not be read. */
  async applyBeforeReading(keys: readonly string[]): Promise<void> {
    const pending = keys.filter((key) => this.kept.has(key));
    if (pending.length === 0 || (await this.apply(pending))) return;
    throw new EngineError('refused', 'The engine has not taken an invalidation yet, so it is not read.');
  }

  /** Whether an invalidation of one of these is not confirmed yet. */
  concerns(keys: readonly string[]): boolean {
    return this.kept.size > 0 && keys.some((key) => this.kept.has(key));
  }

  /** Whether an invalidation that could not be kept may concern what was loaded then. */
  isDistrusted(loadedAt: number): boolean {
    return loadedAt < this.trustedSince;
  }

  /** Tries once more to apply what is kept, then forgets it. @returns how many keys the engine has not confirmed. */
  async close(): Promise<number> {
    await this.applyKept();
    clearTimeout(this.timer);
    const { size } = this.kept;
    this.kept.clear();
    return size;
  }

  private keep(keys: readonly string[], number: number): void {
    for (const key of keys) this.kept.set(key, Math.max(number, this.kept.get(key) ?? 0));
    if (this.kept.size <= MOST_KEPT) return;
    this.kept.clear();
    this.trustedSince = Date.now() + CLOCK_DIFFERENCE_MS;
  }

  private async apply(keys: readonly string[]): Promise<boolean> {
    const upTo = this.count;
    try {
      await this.remove(keys);
    } catch (error) {
      ignoreEngineError(error);
      this.applyLater();
      return false;
    }
    for (const key of keys) if ((this.kept.get(key) ?? 0) <= upTo) this.kept.delete(key);
    return true;
  }

  private applyLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.applyKept();
    }, TRY_AGAIN_MS).unref();
  }

  private async applyKept(): Promise<void> {
    const keys = [...this.kept.keys()];
    const applied: Promise<boolean>[] = [];
    for (let from = 0; from < keys.length; from += AT_ONCE)
      applied.push(this.apply(keys.slice(from, from + AT_ONCE)));
    await Promise.all(applied);
  }
}
