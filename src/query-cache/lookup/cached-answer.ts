import { Json } from '../tiers/json-bytes.js';
import type { LookupOutcome, LookupTier } from '../query-cache.wire.js';

/** How one lookup went. Times in milliseconds; null means that part was not asked. */
export interface Lookup {
  outcome: LookupOutcome;
  /** Where the value came from. */
  tier: LookupTier;
  /** By this lookup, or by the load it shared. */
  stored: boolean;
  ageSeconds: number;
  /** How much longer the answer is fresh, negative when it is stale; null when nothing is stored. */
  ttlSeconds: number | null;
  localMs: number | null;
  engineMs: number | null;
  databaseMs: number | null;
  storeMs: number | null;
  /** The answer is somebody's own: the query has a scope. */
  isScoped: boolean;
}

/**
 * The value and its cache metadata. A handler that returns it sends the stored bytes with the cache's headers; as a member of another object it
 * becomes the value alone.
 */
export class CachedAnswer<Value> {
  constructor(
    /** As it is sent, with its entity tag. */
    readonly json: Json<Value>,
    readonly lookup: Lookup,
  ) {}

  /** Parsed when it is first asked for, if it came from memory. */
  get value(): Value {
    return this.json.value;
  }

  /** What JSON.stringify() encodes. */
  toJSON(): Value {
    return this.value;
  }

  /** The same lookup with a value made from this one, such as a part of a list. Parses the value; `change` must not modify it. */
  map<Other>(change: (value: Value) => Other): CachedAnswer<Other> {
    return new CachedAnswer(Json.ofValue(change(this.value)), this.lookup);
  }

  /** Undefined where the answer is null: that there is nothing. */
  get ifPresent(): CachedAnswer<NonNullable<Value>> | undefined {
    return this.json.isNull ? undefined : (this as unknown as CachedAnswer<NonNullable<Value>>);
  }
}
