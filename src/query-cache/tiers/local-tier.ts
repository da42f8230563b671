import { LRUCache } from 'lru-cache';
import type { Envelope } from './envelope.js';
import type { AnswerKeys } from '../query/query-cache.keys.js';
import type { LocalTierStats } from '../query-cache.wire.js';

export interface LocalTierOptions {
  maxBytes: number;
  /** After this an answer is not served without asking the engine again. */
  longestMs: number;
  /** Whether every invalidation up to a moment ago was told. */
  isCoherent(): boolean;
}

/** What an answer may take in this process beside its bytes and keys: an estimate, meant to be too high. */
const OVERHEAD_BYTES = 1_500;

/**
 * Answers in this process, as the engine has them: the newest used, as many as fit.
 *
 * An answer is in here only while nothing was heard of its generations. What is read while one of them changes must not come
 * back in, so a place is taken before the engine is asked, and is lost with the first word of a change. A change only counts up:
 * what hangs on it is found out when it is asked for, however much that is.
 */
export class LocalTier {
  private readonly kept: LRUCache<string, Place>;
  private evictions = 0;
  private readonly watched = new Map<string, WatchedGeneration>();

  constructor(private readonly options: LocalTierOptions) {
    this.kept = new LRUCache<string, Place>({
      maxSize: options.maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (place, _entry, reason) => {
        if (reason === 'evict') this.evictions++;
        this.leave(place);
      },
    });
  }

  stats(): LocalTierStats {
    return { bytes: this.kept.calculatedSize, evictions: this.evictions };
  }

  find(entry: string): Envelope | undefined {
    const place = this.kept.get(entry);
    if (!place || !this.options.isCoherent()) return undefined;
    if (!place.isLost && performance.now() < place.goodUntil) return place.envelope;
    this.kept.delete(entry);
    return undefined;
  }

  /** Before the engine is asked. Ends with {@link close}. */
  open({ entry, generations }: AnswerKeys): Place {
    return new Place(
      entry,
      generations.map((key) => this.watch(key)),
    );
  }

  /** What the engine has answered since, if its generations were the same then. */
  keep(place: Place, envelope: Envelope): void {
    if (place.isLost) return;
    place.fill(envelope, this.options.longestMs);
    this.kept.set(place.entry, place);
  }

  /** @param isNewest nothing that was kept of this answer before is to be served any more. */
  close(place: Place, isNewest = false): void {
    if (this.kept.peek(place.entry) === place) return;
    this.leave(place);
    if (isNewest) this.kept.delete(place.entry);
  }

  /** What hangs on these generations: they have changed, or may have. Costs the same whatever hangs on them. */
  forget(generations: readonly string[]): void {
    for (const key of generations) {
      const generation = this.watched.get(key);
      if (generation) generation.changes++;
    }
  }

  clear(): void {
    this.forget([...this.watched.keys()]);
    this.kept.clear();
  }

  private watch(key: string): WatchedGeneration {
    const generation = this.watched.get(key) ?? { key, changes: 0, places: 0 };
    generation.places++;
    this.watched.set(key, generation);
    return generation;
  }

  private leave(place: Place): void {
    if (place.isLeft) return;
    place.isLeft = true;
    for (const generation of place.generations) {
      if (--generation.places === 0) this.watched.delete(generation.key);
    }
  }
}

/** A generation that something in this process hangs on. */
interface WatchedGeneration {
  readonly key: string;
  /** How often it has changed since, as far as was told. */
  changes: number;
  places: number;
}

/** Of one answer: taken while the engine is asked, then filled. */
class Place {
  isLeft = false;
  envelope: Envelope | undefined;
  goodUntil = 0;
  private readonly openedAt = performance.now();
  private readonly changes: readonly number[];

  constructor(
    readonly entry: string,
    readonly generations: readonly WatchedGeneration[],
  ) {
    this.changes = generations.map(({ changes }) => changes);
  }

  /** Something was heard of its generations since it was taken. */
  get isLost(): boolean {
    return this.generations.some(({ changes }, i) => changes !== this.changes[i]);
  }

  fill(envelope: Envelope, longestMs: number): void {
    const endsAt = envelope.begunAt + envelope.freshMs + envelope.staleMs;
    this.goodUntil = Math.min(endsAt, this.openedAt + longestMs);
    this.envelope = { ...envelope, answer: envelope.answer.alone() };
  }

  get bytes(): number {
    const keys = this.generations.reduce((sum, { key }) => sum + key.length, this.entry.length);
    return OVERHEAD_BYTES + keys + (this.envelope?.answer.bytes.length ?? 0);
  }
}
