import { performance } from 'node:perf_hooks';
import type { IPolicy } from 'cockatiel';
import { EngineError } from '../engine/index.js';
import { lookupChannel } from './query-cache.channel.js';
import { hashArguments } from './query-cache.keys.js';
import type { QueryCacheStore } from './query-cache.store.js';
import type { LookupOutcome, LookupTrace } from './query-cache.wire.js';
import { QueryCounters } from './query-counters.js';

export interface QueryDefinition<Args, Value> {
  /** Names the query in keys, counts and traces, for example `flights.top-routes`. */
  name: string;
  /** For how long an answer may be served, in whole seconds from 1 to 30 days. */
  ttlSeconds: number;
  /** Asks the database. What it resolves to must survive JSON; null is an answer like any other. */
  load(args: Args): Promise<Value>;
}

/** What a request's `Cache-Control` asks for: RFC 9111, section 5.2.1. */
export type CacheDirective = 'no-cache' | 'no-store';

/** How one lookup went. Times in milliseconds; null means that part was not asked. */
export interface Lookup {
  outcome: LookupOutcome;
  stored: boolean;
  ageSeconds: number;
  ttlSeconds: number | null;
  engineMs: number | null;
  databaseMs: number | null;
}

/** A value and how it was come by. */
export class CachedAnswer<Value> {
  constructor(
    readonly value: Value,
    readonly lookup: Lookup,
  ) {}
}

interface Load<Value> {
  value: Value;
  databaseMs: number;
  stored: boolean;
}

const THIRTY_DAYS = 30 * 24 * 60 * 60;

/** One query answered from memory where that is possible, and from the database whenever it is not. */
export class CachedQuery<Args, Value> {
  readonly counters = new QueryCounters();
  private readonly loading = new Map<string, Promise<Load<Value>>>();

  constructor(
    private readonly definition: QueryDefinition<Args, Value>,
    private readonly store: QueryCacheStore,
    private readonly loads: IPolicy,
  ) {
    const { name, ttlSeconds } = definition;
    // Memcached reads a longer lifetime as a date, and rounds a shorter one down to "never expires".
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > THIRTY_DAYS) {
      throw new RangeError(
        `The query "${name}" has ttlSeconds ${ttlSeconds}. Give whole seconds from 1 to ${THIRTY_DAYS}.`,
      );
    }
  }

  /** The value alone. */
  async get(args: Args): Promise<Value> {
    return (await this.read(args)).value;
  }

  /** The value and how it was come by. Rejects only with what `load` rejects with: an engine's failure costs time, not answers. */
  async read(args: Args, directive?: CacheDirective): Promise<CachedAnswer<Value>> {
    const startedAt = performance.now();
    const argumentsHash = hashArguments(args);
    try {
      const answer = await this.lookUp(args, argumentsHash, directive);
      this.tell(argumentsHash, startedAt, answer.lookup);
      return answer;
    } catch (error) {
      this.tell(argumentsHash, startedAt, fromDatabase('error', null));
      throw error;
    }
  }

  private async lookUp(args: Args, hash: string, directive?: CacheDirective): Promise<CachedAnswer<Value>> {
    if (directive === 'no-store') {
      const { value, databaseMs } = await this.load(args);
      return new CachedAnswer(value, fromDatabase('bypass', databaseMs));
    }
    if (directive === 'no-cache') {
      const { value, databaseMs, stored } = await this.loadAndStore(args, hash);
      return new CachedAnswer(value, { ...fromDatabase('reload', databaseMs), ...this.storedFor(stored) });
    }
    const { entry, engineMs, failed } = await this.findEntry(hash);
    if (entry) {
      const ageSeconds = Math.max(0, (Date.now() - entry.storedAt) / 1000);
      return new CachedAnswer(entry.value as Value, {
        outcome: 'hit',
        stored: false,
        ageSeconds,
        ttlSeconds: Math.max(0, entry.ttlSeconds - ageSeconds),
        engineMs,
        databaseMs: null,
      });
    }
    return this.answerMiss(args, hash, { engineMs, failed });
  }

  private async findEntry(hash: string) {
    const startedAt = performance.now();
    try {
      const entry = await this.store.find(this.definition.name, hash);
      return { entry, failed: false, engineMs: performance.now() - startedAt };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { entry: undefined, failed: true, engineMs: performance.now() - startedAt };
    }
  }

  /** However many callers miss at once on this node, one of them asks the database and the others wait for it. */
  private async answerMiss(args: Args, hash: string, found: { engineMs: number; failed: boolean }) {
    const running = this.loading.get(hash);
    const load =
      running ?? this.loadAndStore(args, hash, found.failed).finally(() => this.loading.delete(hash));
    if (!running) this.loading.set(hash, load);
    const { value, databaseMs, stored } = await load;
    const outcome = running ? 'coalesced' : found.failed ? 'degraded' : 'miss';
    return new CachedAnswer(value, {
      ...fromDatabase(outcome, databaseMs),
      ...this.storedFor(stored),
      engineMs: found.engineMs,
    });
  }

  private async loadAndStore(args: Args, hash: string, engineFailed = false): Promise<Load<Value>> {
    const load = await this.load(args);
    if (engineFailed) return load;
    const { name, ttlSeconds } = this.definition;
    try {
      await this.store.save(name, hash, { value: load.value, storedAt: Date.now(), ttlSeconds });
      return { ...load, stored: true };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return load;
    }
  }

  private async load(args: Args): Promise<Load<Value>> {
    const startedAt = performance.now();
    this.counters.beginLoad();
    const value = await this.loads.execute(() => this.definition.load(args));
    const databaseMs = performance.now() - startedAt;
    this.counters.endLoad(databaseMs);
    return { value, databaseMs, stored: false };
  }

  private storedFor(stored: boolean): Pick<Lookup, 'stored' | 'ttlSeconds'> {
    return { stored, ttlSeconds: stored ? this.definition.ttlSeconds : null };
  }

  private tell(keyHash: string, startedAt: number, lookup: Lookup): void {
    this.counters.count(lookup.outcome);
    if (!lookupChannel.hasSubscribers) return;
    const { outcome, engineMs, databaseMs, ttlSeconds } = lookup;
    const trace: LookupTrace = {
      at: new Date().toISOString(),
      query: this.definition.name,
      keyHash,
      outcome,
      engineMs,
      databaseMs,
      totalMs: performance.now() - startedAt,
      ttlSeconds,
    };
    lookupChannel.publish(trace);
  }
}

function fromDatabase(outcome: LookupOutcome, databaseMs: number | null): Lookup {
  return { outcome, stored: false, ageSeconds: 0, ttlSeconds: null, engineMs: null, databaseMs };
}
