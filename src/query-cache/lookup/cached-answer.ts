import type { LookupOutcome, LookupTier, LookupTrace } from '../query-cache.wire.js';
import type { Codec } from '../query/codec.js';
import { type EncodedAnswer, encodeAnswer, isNull } from '../tiers/envelope.js';

/** How one lookup was answered. Times are in milliseconds; null means that this part was not used. */
export interface Lookup {
  outcome: LookupOutcome;
  /** Where the value came from. */
  tier: LookupTier;
  /** By this lookup, or by the load that it shared. */
  stored: boolean;
  ageSeconds: number;
  /** How much longer the answer is fresh, negative when it is stale; null when it is not stored. */
  ttlSeconds: number | null;
  localMs: number | null;
  engineMs: number | null;
  /** Waiting for a lease, a slot, or the load of another lookup. */
  waitMs: number | null;
  /** Of the load of this lookup, not of one that it shared. Likewise `storeMs`. */
  databaseMs: number | null;
  storeMs: number | null;
  /** The query has a scope, so the answer is private to its owner. */
  isScoped: boolean;
}

/** What an answer answers, to look it up again in the memory of this process alone. */
export interface Question {
  /** The name of the query. */
  readonly query: string;
  /** The key of the answer. */
  readonly entry: string;
  /** The answer, if it is in the memory of this process, fresh, and not null. Must be followed by {@link count} if it is used. */
  peek(startedAt: number): CachedAnswer<unknown> | undefined;
  /** Counts and publishes the lookup. */
  count(lookup: Lookup, startedAt: number): void;
}

/**
 * The value and its cache metadata.
 *
 * A handler that returns it sends the stored bytes with the headers of the cache. As a member of another object it becomes the value alone.
 */
export class CachedAnswer<Value> {
  private encoded: EncodedAnswer | undefined;
  private decoded: { value: Value } | undefined;
  /** Undefined for a value that was made from the answer: {@link map}. */
  question: Question | undefined;

  constructor(
    answer: EncodedAnswer | { value: Value },
    readonly lookup: Lookup,
    private readonly codec?: Codec<Value>,
  ) {
    if ('bytes' in answer) this.encoded = answer;
    else this.decoded = answer;
  }

  /** Of this caller alone: parsed from the bytes when it is first read. */
  get value(): Value {
    this.decoded ??= { value: this.decode() };
    return this.decoded.value;
  }

  /** The value as JSON. Must not be modified. */
  get bytes(): Buffer {
    return this.encode().bytes;
  }

  /** A strong entity tag of the bytes (RFC 9110, section 8.8.3). */
  get etag(): string {
    return this.encode().etag;
  }

  /** What JSON.stringify() encodes: the value, as its codec has encoded it. */
  toJSON(): unknown {
    return this.codec ? this.parse() : this.value;
  }

  /** The same lookup with another value made from this one, such as a part of a list. Parses the value; `change` must not modify it. */
  map<Other>(change: (value: Value) => Other): CachedAnswer<Other> {
    return new CachedAnswer<Other>({ value: change(this.value) }, this.lookup);
  }

  /** This answer, or undefined where it is null: nothing was found. */
  get ifPresent(): CachedAnswer<NonNullable<Value>> | undefined {
    const isAbsent = this.encoded ? isNull(this.encoded) : this.value === null;
    return isAbsent ? undefined : (this as unknown as CachedAnswer<NonNullable<Value>>);
  }

  private decode(): Value {
    const parsed = this.parse();
    return this.codec && parsed !== null ? this.codec.decode(parsed) : (parsed as Value);
  }

  private parse(): unknown {
    return JSON.parse(this.bytes.toString());
  }

  private encode(): EncodedAnswer {
    this.encoded ??= encodeAnswer(this.value);
    return this.encoded;
  }
}

/** A lookup as it is published. */
export function traceOf(
  { outcome, tier, localMs, engineMs, databaseMs, storeMs, ttlSeconds }: Lookup,
  about: Pick<LookupTrace, 'query' | 'keyHash' | 'totalMs' | 'sqlLabel' | 'traceId'>,
): LookupTrace {
  const at = new Date().toISOString();
  const phasesMs = (localMs ?? 0) + (engineMs ?? 0) + (databaseMs ?? 0) + (storeMs ?? 0);
  const waitMs = Math.max(0, about.totalMs - phasesMs);
  return { at, ...about, outcome, tier, localMs, engineMs, waitMs, databaseMs, storeMs, ttlSeconds };
}
