import { performance } from 'node:perf_hooks';
import { ignoreEngineError } from '../../engine/index.js';
import type { LookupRequest } from '../loading/database-loads.js';
import { type LoaderParts, QueryLoader } from '../loading/query-loader.js';
import { lookupChannel } from '../query-cache.channel.js';
import { QueryCounters } from '../query/query-counters.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import type { QueryDefinition } from '../query/query-definition.js';
import { Query } from '../query/query.js';
import { ageOf, type Envelope, isNull } from '../tiers/envelope.js';
import type { Found } from '../tiers/query-cache.store.js';
import { SoftTimeout } from '../tiers/engine-reads.js';
import { AnsweredQuestion } from './answered-question.js';
import { CachedAnswer, type Lookup, traceOf } from './cached-answer.js';
import { ManyLookups } from './many-lookups.js';
import { MissedLookups } from './missed-lookups.js';

/** What a request's `Cache-Control` demands (RFC 9111, section 5.2.1): `no-cache` reloads and stores, `no-store` leaves the cache alone. */
export type CacheDirective = 'no-cache' | 'no-store';

/** The parts of a node that all its queries share. */
export interface CachedQueryParts extends LoaderParts {
  /** The trace that the caller is in, if any. */
  traceId: (() => string | null) | undefined;
}

/** While changes are not followed: how old a stored answer may be, and how long a lookup waits for a new one. */
const TRUSTED_SECONDS = 1;
const RELOAD_WAIT_MS = 1_000;

/** One query, answered from memory where possible, and from the database otherwise. */
export class CachedQuery<Args, Value> {
  readonly counters = new QueryCounters();
  private readonly query: Query<Args, Value>;
  private readonly loader: QueryLoader<Args, Value>;
  private readonly missed: MissedLookups<Args, Value>;
  private readonly many: ManyLookups<Args, Value>;
  private readonly staleWait: SoftTimeout | undefined;
  private readonly reloadWait = new SoftTimeout(RELOAD_WAIT_MS);

  /** @throws {QueryCacheError} E_QUERY_DEFINITION */
  constructor(
    definition: QueryDefinition<Args, Value>,
    private readonly parts: CachedQueryParts,
  ) {
    this.query = new Query(definition);
    this.loader = new QueryLoader(this.query, this.counters, parts);
    this.missed = new MissedLookups(this.query, this.loader, parts.store);
    this.many = new ManyLookups({
      loader: this.loader,
      missed: this.missed,
      store: parts.store,
      fromMemory: this.fromMemory.bind(this),
    });
    const { softTimeoutSeconds } = this.query;
    if (softTimeoutSeconds > 0) this.staleWait = new SoftTimeout(softTimeoutSeconds * 1_000);
  }

  /** As in its definition, for example `flights.route`. */
  get name(): string {
    return this.query.name;
  }

  /** Answers have owners. */
  get isScoped(): boolean {
    return this.query.isScoped;
  }

  /** The value alone. Rejects as {@link read} does. */
  async get(args: Args): Promise<Value> {
    return (await this.read(args)).value;
  }

  /**
   * The value and its cache metadata. An engine failure costs time, not answers.
   *
   * @throws what `load` rejects with; {@link QueryCacheError} E_QUERY_ARGUMENTS, E_QUERY_VALUE, E_LOAD_TIMED_OUT
   */
  async read(args: Args, directive?: CacheDirective): Promise<CachedAnswer<Value>> {
    const startedAt = performance.now();
    let keyHash: string | null = null;
    let keys: AnswerKeys<Args>;
    let answer: CachedAnswer<Value>;
    try {
      keys = this.parts.store.keys.keysOf(this.query, args);
      keyHash = keys.hash;
      const request = { keys, startedAt };
      answer = await (directive ? this.missed.bypass(request, directive) : this.lookUp(request));
    } catch (error) {
      this.record(this.missed.lookupWith('error'), keyHash, startedAt);
      throw error;
    }
    this.record(answer.lookup, keyHash, startedAt);
    answer.question = new AnsweredQuestion(this, keys);
    return answer;
  }

  /**
   * The values for several arguments, in their order. One round trip reads the answers that are not in the memory of this process, and one call
   * of `loadMany` loads the missing ones; concurrent calls, also of {@link get}, do not share it. While changes are not followed, each is
   * loaded by itself. Rejects as {@link read} does.
   */
  async getMany(list: readonly Args[]): Promise<Value[]> {
    if (!this.query.loadMany || !this.query.isFollowed)
      return Promise.all(list.map((args) => this.get(args)));
    const startedAt = performance.now();
    const requests = list.map((args) => ({
      keys: this.parts.store.keys.keysOf(this.query, args),
      startedAt,
    }));
    const answers = await this.many.read(requests, startedAt).catch((error: unknown) => {
      for (const { keys } of requests) this.record(this.missed.lookupWith('error'), keys.hash, startedAt);
      throw error;
    });
    return answers.map(({ lookup, value }, i) => {
      this.record(lookup, requests[i]?.keys.hash ?? null, startedAt);
      return value;
    });
  }

  /** See {@link Question.peek}. */
  peek(keys: AnswerKeys, startedAt: number): CachedAnswer<Value> | undefined {
    const envelope = this.query.isFollowed ? this.parts.store.findLocal(keys) : undefined;
    if (!envelope) return undefined;
    const answer = this.answerFrom(envelope, { localMs: performance.now() - startedAt, engineMs: null });
    return answer.lookup.outcome === 'hit' ? answer : undefined;
  }

  /** Loads and stores a new answer, even if a fresh one is stored. Rejects as {@link read} does. */
  async refresh(args: Args): Promise<Value> {
    return (await this.read(args, 'no-cache')).value;
  }

  /**
   * Invalidates the answer to these arguments: no node serves an answer whose load began before.
   *
   * @returns whether the engine has confirmed it. If not, it is kept and applied before this node reads the answer there. Until then other
   * nodes may serve the old answer, at most until it expires.
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  invalidate(args: Args): Promise<boolean> {
    return this.parts.store.invalidateAnswer(this.query, args);
  }

  private async lookUp(request: LookupRequest<Args>): Promise<CachedAnswer<Value>> {
    const { store } = this.parts;
    const { keys, startedAt } = request;
    const { isFollowed } = this.query;
    const local = isFollowed ? store.findLocal(keys) : undefined;
    if (local)
      return this.fromMemory(local, request, { localMs: performance.now() - startedAt, engineMs: null });
    let found: Found | undefined;
    try {
      found = await this.loader.reads.read(() => store.find(keys));
    } catch (error) {
      ignoreEngineError(error);
    }
    const engineMs = performance.now() - startedAt;
    if (found && !isFollowed) return this.lookUpUnfollowed(request, found, engineMs);
    const envelope = usable(found);
    if (!envelope) return this.missed.load(request, found, engineMs);
    this.loader.reads.noteSize(envelope.bytes.length);
    return this.fromMemory(envelope, request, { localMs: null, engineMs });
  }

  /** See {@link QueryDefinition.followsChanges}. */
  private async lookUpUnfollowed(
    request: LookupRequest<Args>,
    found: Found,
    engineMs: number,
  ): Promise<CachedAnswer<Value>> {
    const envelope = usable(found);
    const fromMemory = envelope && this.answerFrom(envelope, { localMs: null, engineMs });
    if (fromMemory && fromMemory.lookup.ageSeconds < TRUSTED_SECONDS) return fromMemory;
    const reloading = this.missed.reload(request, found, engineMs);
    if (!fromMemory) return reloading;
    return (await this.reloadWait.wait(reloading).catch(() => undefined)) ?? fromMemory;
  }

  /** Serves a fresh answer, or a stale one while it is refreshed. */
  private fromMemory(
    envelope: Envelope,
    request: LookupRequest<Args>,
    times: Pick<Lookup, 'localMs' | 'engineMs'>,
  ): CachedAnswer<Value> | Promise<CachedAnswer<Value>> {
    const answer = this.answerFrom(envelope, times);
    return answer.lookup.outcome === 'stale' ? this.refreshStale(envelope, request, answer) : answer;
  }

  private answerFrom(
    envelope: Envelope,
    { localMs, engineMs }: Pick<Lookup, 'localMs' | 'engineMs'>,
  ): CachedAnswer<Value> {
    const { ageSeconds, ttlSeconds, isFresh } = ageOf(envelope);
    const freshOutcome = isNull(envelope) ? 'negative' : 'hit';
    // Without object spreads, which a local hit would notice.
    const lookup: Lookup = {
      outcome: isFresh ? freshOutcome : 'stale',
      tier: localMs === null ? 'engine' : 'local',
      stored: false,
      ageSeconds,
      ttlSeconds,
      localMs,
      engineMs,
      waitMs: null,
      databaseMs: null,
      storeMs: null,
      isScoped: this.query.isScoped,
    };
    return new CachedAnswer<Value>(envelope, lookup, this.query.codec);
  }

  /** The refreshed answer, if it comes within `softTimeoutSeconds`. */
  private async refreshStale(
    envelope: Envelope,
    request: LookupRequest<Args>,
    stale: CachedAnswer<Value>,
  ): Promise<CachedAnswer<Value>> {
    const refresh = () => this.loader.refresh(request, envelope);
    if (!this.staleWait) {
      // After the caller has its answer.
      setImmediate(() => void refresh());
      return stale;
    }
    const refreshed = await this.staleWait.wait(refresh());
    if (!refreshed) return stale;
    const { engineMs } = stale.lookup;
    return this.missed.answerFrom(refreshed, 'coalesced', { startedAt: request.startedAt, engineMs });
  }

  /** Counts and publishes a lookup. */
  record(lookup: Lookup, keyHash: string | null, startedAt: number): void {
    const { counters } = this;
    counters.lookups[lookup.outcome]++;
    if (lookup.outcome === 'hit' && lookup.tier === 'local') counters.localHits++;
    if (!lookupChannel.hasSubscribers) return;
    const { name: query, sqlLabel } = this.query;
    const traceId = this.parts.traceId?.() ?? null;
    const totalMs = performance.now() - startedAt;
    lookupChannel.publish(traceOf(lookup, { query, keyHash, totalMs, sqlLabel, traceId }));
  }
}

function usable(found: Found | undefined): Envelope | undefined {
  const envelope = found?.envelope;
  return envelope && ageOf(envelope).isUsable ? envelope : undefined;
}
