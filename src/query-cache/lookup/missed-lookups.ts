import type { LookupRequest } from '../loading/database-loads.js';
import type { QueryLoader } from '../loading/query-loader.js';
import { type RunningLoad, RunningLoads } from '../loading/running-loads.js';
import type { Loaded } from '../loading/stored-loads.js';
import type { Query } from '../query/query.js';
import type { LookupOutcome } from '../query-cache.wire.js';
import type { Found, QueryCacheStore } from '../tiers/query-cache.store.js';
import { CachedAnswer, type Lookup } from './cached-answer.js';

/** Lookups that memory does not answer. */
export class MissedLookups<Args, Value> {
  private readonly running = new RunningLoads<Loaded>();

  constructor(
    private readonly query: Query<Args, Value>,
    private readonly loader: QueryLoader<Args, Value>,
    private readonly store: QueryCacheStore,
  ) {}

  /** `no-store` queries the database and leaves the cache alone; `no-cache` loads and stores. */
  async bypass(
    request: LookupRequest<Args>,
    directive: 'no-cache' | 'no-store',
  ): Promise<CachedAnswer<Value>> {
    const { startedAt } = request;
    if (directive === 'no-cache')
      return this.answerFrom(await this.loader.reload(request), 'reload', { startedAt, engineMs: null });
    const { answer, databaseMs } = await this.loader.database.load(request);
    return new CachedAnswer(answer, this.lookupWith('bypass', databaseMs), this.query.codec);
  }

  /** Loads the answer, or shares the load of another caller. `found` is undefined where the engine did not answer. */
  load(
    request: LookupRequest<Args>,
    found: Found | undefined,
    engineMs: number,
  ): Promise<CachedAnswer<Value>> {
    return this.shareLoad(request, found, engineMs, () => this.loader.start(request, found));
  }

  /** As {@link load}, of an answer that was found and may be out of date. */
  reload(request: LookupRequest<Args>, found: Found, engineMs: number): Promise<CachedAnswer<Value>> {
    return this.shareLoad(request, found, engineMs, () => this.loader.startReload(request, found));
  }

  private async shareLoad(
    { keys, startedAt }: LookupRequest<Args>,
    found: Found | undefined,
    engineMs: number,
    start: () => RunningLoad<Loaded>,
  ): Promise<CachedAnswer<Value>> {
    const state = {
      at: startedAt,
      // Before its value is known, a load may depend on more tags than these tokens show.
      validityTokens: this.query.valueTags ? [] : (found?.validityTokens ?? []),
      invalidations: this.store.pending.count,
      isDegraded: found === undefined,
    };
    const { result, isShared } = await this.running.joinOrStart(keys.entry, state, start);
    return this.answerFrom(result, isShared ? 'coalesced' : result.outcome, { startedAt, engineMs });
  }

  /** Of a lookup that waited for this load, whether it started it or another one did. */
  answerFrom(
    { answer, ageSeconds, ttlSeconds, ...load }: Loaded,
    outcome: LookupOutcome,
    { startedAt, engineMs }: { startedAt: number; engineMs: number | null },
  ): CachedAnswer<Value> {
    const isOfThisNode = load.databaseMs !== null;
    // The phases of a shared load belong to another lookup: this one only waited.
    const { databaseMs, storeMs } = outcome === 'coalesced' ? { databaseMs: null, storeMs: null } : load;
    const phasesMs = (engineMs ?? 0) + (databaseMs ?? 0) + (storeMs ?? 0);
    const lookup: Lookup = {
      ...this.lookupWith(outcome, databaseMs),
      tier: isOfThisNode ? 'database' : 'engine',
      stored: isOfThisNode && ttlSeconds !== null,
      ageSeconds,
      ttlSeconds,
      engineMs,
      waitMs: Math.max(0, performance.now() - startedAt - phasesMs),
      storeMs,
    };
    return new CachedAnswer(answer, lookup, this.query.codec);
  }

  /** A lookup that did not use the cache. */
  lookupWith(outcome: LookupOutcome, databaseMs: number | null = null): Lookup {
    const { isScoped } = this.query;
    const unused = {
      stored: false,
      ageSeconds: 0,
      ttlSeconds: null,
      localMs: null,
      engineMs: null,
      waitMs: null,
      storeMs: null,
    };
    return { outcome, tier: 'database', databaseMs, isScoped, ...unused };
  }
}
