import { performance } from 'node:perf_hooks';
import type { Ask } from '../loading/database-loads.js';
import { ignoreEngineError } from '../../engine/index.js';
import { EngineReads } from '../tiers/engine-reads.js';
import { ageOf, type Envelope } from '../tiers/envelope.js';
import type { Json } from '../tiers/json-bytes.js';
import { CachedAnswer, type Lookup } from './cached-answer.js';
import { traceOf } from './lookup-trace.js';
import { lookupChannel } from '../query-cache.channel.js';
import { SoftTimeout } from '../tiers/soft-timeout.js';
import type { Found } from '../tiers/query-cache.store.js';
import { QueryCounters } from '../query/query-counters.js';
import { Query, type QueryDefinition } from '../query/query-definition.js';
import { type Loaded, type LoaderParts, QueryLoader } from '../loading/query-loader.js';
import { RunningLoads } from '../loading/running-loads.js';

/** What a request's `Cache-Control` asks for: RFC 9111, section 5.2.1. */
export type CacheDirective = 'no-cache' | 'no-store';

/** What was found in the engine, and how long that took; nothing if it failed. */
interface Search {
  found: Found | undefined;
  engineMs: number;
}

/** One query answered from memory where that is possible, and from the database whenever it is not. */
export class CachedQuery<Args, Value> {
  readonly counters = new QueryCounters();
  private readonly query: Query<Args, Value>;
  private readonly loader: QueryLoader<Args, Value>;
  private readonly reads: EngineReads;
  private readonly running = new RunningLoads<Loaded<Value>>();
  private readonly staleWait: SoftTimeout | undefined;

  /** @throws {QueryCacheError} E_QUERY_DEFINITION */
  constructor(
    definition: QueryDefinition<Args, Value>,
    private readonly parts: LoaderParts,
  ) {
    this.query = new Query(definition);
    this.reads = new EngineReads(parts.readQueues);
    this.loader = new QueryLoader(this.query, this.counters, { ...parts, reads: this.reads });
    const { softTimeoutSeconds } = this.query;
    if (softTimeoutSeconds > 0) this.staleWait = new SoftTimeout(softTimeoutSeconds * 1_000);
  }

  /** The value alone; rejects like {@link read}. */
  async get(args: Args): Promise<Value> {
    return (await this.read(args)).value;
  }

  /**
   * The value and how it was come by. An engine's failure costs time, not answers.
   *
   * @throws what `load` rejects with; {@link QueryCacheError} E_QUERY_ARGUMENTS, E_QUERY_VALUE, E_LOAD_TIMED_OUT
   */
  async read(args: Args, directive?: CacheDirective): Promise<CachedAnswer<Value>> {
    const startedAt = performance.now();
    let keyHash: string | null = null;
    let answer: CachedAnswer<Value>;
    try {
      const keys = this.parts.store.keysOf(this.query, args);
      keyHash = keys.hash;
      answer = await this.lookUp({ keys, startedAt }, directive);
    } catch (error) {
      this.tell(this.fromDatabase({ outcome: 'error' }), { keyHash, startedAt });
      throw error;
    }
    this.tell(answer.lookup, { keyHash, startedAt });
    return answer;
  }

  /** Loads and stores a new answer, whatever is stored. */
  async refresh(args: Args): Promise<Value> {
    return (await this.read(args, 'no-cache')).value;
  }

  /**
   * Makes the answer to these arguments wrong: what was loaded before, or began to be, is not served afterwards, on any node.
   *
   * @returns whether the engine has confirmed it. If not, it is kept and applied before this node reads the answer there;
   * other nodes may serve the old one until it is, or has expired.
   */
  invalidate(args: Args): Promise<boolean> {
    return this.parts.store.invalidateAnswer(this.query, args);
  }

  private async lookUp(ask: Ask<Args>, directive?: CacheDirective): Promise<CachedAnswer<Value>> {
    if (directive) return this.lookPast(ask, directive);
    const { store } = this.parts;
    const local = store.findLocal(ask.keys);
    if (local) return this.answerFrom(local, ask, { localMs: performance.now() - ask.startedAt });
    let found: Found | undefined;
    try {
      found = await this.reads.read(() => store.find(ask.keys));
    } catch (error) {
      ignoreEngineError(error);
    }
    const engineMs = performance.now() - ask.startedAt;
    const envelope = found?.envelope;
    if (envelope) this.reads.noteSize(envelope.answer.bytes.length);
    if (!envelope || !ageOf(envelope).isUsable) return this.answerMiss(ask, { found, engineMs });
    return this.answerFrom(envelope, ask, { engineMs });
  }

  /** From the database, whatever is stored. */
  private async lookPast(ask: Ask<Args>, directive: CacheDirective): Promise<CachedAnswer<Value>> {
    if (directive === 'no-store') {
      const { answer, databaseMs } = await this.loader.database.load(ask);
      return new CachedAnswer(answer, this.fromDatabase({ outcome: 'bypass', databaseMs }));
    }
    const loaded = await this.loader.reload(ask);
    return new CachedAnswer(loaded.answer, { ...this.describe(loaded, null), outcome: 'reload' });
  }

  private answerFrom(
    envelope: Envelope,
    ask: Ask<Args>,
    asked: Partial<Lookup>,
  ): CachedAnswer<Value> | Promise<CachedAnswer<Value>> {
    if (ageOf(envelope).isFresh) return this.fromMemory(envelope, asked);
    const refresh = () => this.loader.refresh(ask, envelope.generations);
    if (this.staleWait) return this.answerNew(this.staleWait.wait(refresh()), envelope, asked);
    // Behind the caller's back: what it takes to begin is no part of the answer.
    setImmediate(() => void refresh());
    return this.fromMemory(envelope, asked);
  }

  /** What is loaded anew, if that comes within the moment that the query lets callers wait for it. */
  private async answerNew(
    refreshed: Promise<Loaded<Value> | undefined>,
    envelope: Envelope,
    asked: Partial<Lookup>,
  ): Promise<CachedAnswer<Value>> {
    const newer = await refreshed;
    if (!newer) return this.fromMemory(envelope, asked);
    const { engineMs = null } = asked;
    return new CachedAnswer(newer.answer.copy(), { ...this.describe(newer, engineMs), outcome: 'coalesced' });
  }

  private fromMemory(
    envelope: Envelope,
    { localMs = null, engineMs = null }: Partial<Lookup>,
  ): CachedAnswer<Value> {
    const { ageSeconds, ttlSeconds, isFresh } = ageOf(envelope);
    const { isScoped } = this.query;
    return new CachedAnswer(envelope.answer.copy() as Json<Value>, {
      outcome: isFresh ? hitOf(envelope) : 'stale',
      tier: localMs === null ? 'engine' : 'local',
      stored: false,
      ageSeconds,
      ttlSeconds,
      localMs,
      engineMs,
      databaseMs: null,
      storeMs: null,
      isScoped,
    });
  }

  private async answerMiss(ask: Ask<Args>, { found, engineMs }: Search): Promise<CachedAnswer<Value>> {
    const seen = {
      at: ask.startedAt,
      generations: found?.generations ?? [],
      invalidations: this.parts.store.invalidations,
      isDegraded: found === undefined,
    };
    const { result, isShared } = await this.running.joinOrStart(ask.keys.entry, seen, () =>
      this.loader.start(ask, found),
    );
    const lookup = this.describe(result, engineMs);
    if (!isShared) return new CachedAnswer(result.answer, lookup);
    return new CachedAnswer(result.answer.copy(), { ...lookup, outcome: 'coalesced' });
  }

  private describe(loaded: Loaded<Value>, engineMs: number | null): Lookup {
    const { outcome, ageSeconds, ttlSeconds, databaseMs, storeMs } = loaded;
    const isOurs = databaseMs !== null;
    return {
      ...this.fromDatabase({ outcome, databaseMs }),
      tier: isOurs ? 'database' : 'engine',
      stored: isOurs && ttlSeconds !== null,
      ageSeconds,
      ttlSeconds,
      engineMs,
      storeMs,
    };
  }

  private fromDatabase({ outcome, databaseMs = null }: Pick<Lookup, 'outcome'> & Partial<Lookup>): Lookup {
    const { isScoped } = this.query;
    const nothing = { stored: false, ageSeconds: 0, ttlSeconds: null };
    const notAsked = { localMs: null, engineMs: null, storeMs: null };
    return { outcome, tier: 'database', databaseMs, isScoped, ...nothing, ...notAsked };
  }

  private tell(lookup: Lookup, { keyHash, startedAt }: { keyHash: string | null; startedAt: number }): void {
    this.counters.count(lookup.outcome, lookup.tier);
    if (!lookupChannel.hasSubscribers) return;
    const { name: query, sqlLabel } = this.query;
    const traceId = this.parts.traceId();
    const totalMs = performance.now() - startedAt;
    lookupChannel.publish(traceOf(lookup, { query, keyHash, totalMs, sqlLabel, traceId }));
  }
}

function hitOf({ answer }: Envelope): 'negative' | 'hit' {
  return answer.isNull ? 'negative' : 'hit';
}
