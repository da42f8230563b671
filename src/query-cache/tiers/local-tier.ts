import { LRUCache } from 'lru-cache';
import type { InvalidationFeed } from '../../engine/index.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import type { LocalTierStats } from '../query-cache.wire.js';
import type { Envelope } from './envelope.js';

export interface LocalTierOptions {
  maxBytes: number;
  /** After an invalidation an answer is served for at most this long. */
  promiseMs: number;
  /** Reports the changes of validity tokens. Undefined where nothing is pushed. */
  feed: Pick<InvalidationFeed, 'isCoherent' | 'isRefused'> | undefined;
}

/** Memory of an answer in this process beside its bytes and keys: an estimate, meant to be too high. */
const OVERHEAD_BYTES = 1_500;

/**
 * Answers in the memory of this process, as the engine has them: the most recently used, as many as fit.
 *
 * An answer must not come back that was read while one of its validity tokens changed. So a slot is opened before the engine is read, and is
 * lost with the first change of a token. A change only increments a counter, however many answers depend on the token: each of them compares
 * its counters when it is read.
 */
export class LocalTier {
  private readonly kept: LRUCache<string, Slot>;
  private evictions = 0;
  private readonly watched = new Map<string, WatchedToken>();

  constructor(private readonly options: LocalTierOptions) {
    this.kept = new LRUCache<string, Slot>({
      maxSize: options.maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (slot, _entry, reason) => {
        if (reason === 'evict') this.evictions++;
        this.unwatch(slot);
      },
    });
  }

  stats(): LocalTierStats {
    return { bytes: this.kept.calculatedSize, evictions: this.evictions };
  }

  find(entry: string): Envelope | undefined {
    const slot = this.kept.get(entry);
    if (!slot || !this.isFollowed(slot)) return undefined;
    if (!slot.isLost && performance.now() < slot.goodUntil) return slot.envelope;
    this.kept.delete(entry);
    return undefined;
  }

  /** Whether an invalidation that is older than the promise would have reached this answer. Without pushes the answer must be younger. */
  private isFollowed({ openedAt }: Slot): boolean {
    const { feed, promiseMs } = this.options;
    if (feed?.isCoherent(promiseMs)) return true;
    return (!feed || feed.isRefused) && performance.now() - openedAt < promiseMs;
  }

  /** Before the engine is read. Ends with {@link close}. */
  open({ entry, tokenKeys }: AnswerKeys): Slot {
    return new Slot(
      entry,
      tokenKeys.map((key) => this.watch(key)),
    );
  }

  /** Stores what the engine has returned since, unless a token has changed meanwhile. */
  keep(slot: Slot, envelope: Envelope): void {
    if (slot.isLost) return;
    slot.fill(envelope);
    this.kept.set(slot.entry, slot);
  }

  /** @param isNewest whether to evict an older answer that is still kept. */
  close(slot: Slot, isNewest = false): void {
    if (this.kept.peek(slot.entry) === slot) return;
    this.unwatch(slot);
    if (isNewest) this.kept.delete(slot.entry);
  }

  /** Invalidates all answers that depend on these tokens. Costs the same however many they are. */
  invalidate(tokenKeys: readonly string[]): void {
    for (const key of tokenKeys) {
      const token = this.watched.get(key);
      if (token) token.changes++;
    }
  }

  clear(): void {
    this.invalidate([...this.watched.keys()]);
    this.kept.clear();
  }

  private watch(key: string): WatchedToken {
    const token = this.watched.get(key) ?? { key, changes: 0, slots: 0 };
    token.slots++;
    this.watched.set(key, token);
    return token;
  }

  private unwatch(slot: Slot): void {
    if (slot.isClosed) return;
    slot.isClosed = true;
    for (const token of slot.tokens) {
      if (--token.slots === 0) this.watched.delete(token.key);
    }
  }
}

/** A validity token that answers in this process depend on. */
interface WatchedToken {
  readonly key: string;
  /** How often it has changed since, as far as this process knows. */
  changes: number;
  slots: number;
}

/** The place of one answer: opened before the engine is read, then filled. */
class Slot {
  isClosed = false;
  envelope: Envelope | undefined;
  goodUntil = 0;
  readonly openedAt = performance.now();
  private readonly changes: readonly number[];

  constructor(
    readonly entry: string,
    readonly tokens: readonly WatchedToken[],
  ) {
    this.changes = tokens.map(({ changes }) => changes);
  }

  /** A token has changed since the slot was opened. */
  get isLost(): boolean {
    return this.tokens.some(({ changes }, i) => changes !== this.changes[i]);
  }

  fill(envelope: Envelope): void {
    this.goodUntil = envelope.begunAt + envelope.freshMs + envelope.staleMs;
    this.envelope = { ...envelope, bytes: copyOf(envelope.bytes) };
  }

  get bytes(): number {
    const keys = this.tokens.reduce((sum, { key }) => sum + key.length, this.entry.length);
    return OVERHEAD_BYTES + keys + (this.envelope?.bytes.length ?? 0);
  }
}

/** In memory of its own: a reply is part of a larger chunk of the socket, which it would keep in memory. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
