import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { IPolicy } from 'cockatiel';
import { type Ask, DatabaseLoads, type FromDatabase } from './database-loads.js';
import { ignoreEngineError } from '../../engine/index.js';
import type { ReadQueues, EngineReads } from '../tiers/engine-reads.js';
import { ageOf, type Envelope, type Generations } from '../tiers/envelope.js';
import type { Json } from '../tiers/json-bytes.js';
import type { Lease } from './leases.js';
import type { LeaseEnds } from './lease-release-notifier.js';
import type { SoftTimeout } from '../tiers/soft-timeout.js';
import type { AnswerKeys } from '../query/query-cache.keys.js';
import type { Found, QueryCacheStore, Turn } from '../tiers/query-cache.store.js';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query-definition.js';
import type { LoadBeginning, RunningLoad } from './running-loads.js';

/** An answer that was not at hand. */
export interface Loaded<Value> {
  answer: Json<Value>;
  /** `coalesced`: another node has loaded it. `degraded`: without the engine. */
  outcome: 'miss' | 'coalesced' | 'degraded';
  databaseMs: number | null;
  storeMs: number | null;
  ageSeconds: number;
  /** Null when it was not stored. */
  ttlSeconds: number | null;
}

export interface LoaderParts {
  store: QueryCacheStore;
  leaseEnds: LeaseEnds;
  /** What keeps this node's loads from taking over the database. */
  loads: IPolicy;
  /** Answers above are served and not stored. */
  largestValueBytes: number;
  /** For how long a lookup waits for the engine. */
  softTimeout: SoftTimeout;
  readQueues: ReadQueues;
  traceId(this: void): string | null;
}

type Begin = (beginning: LoadBeginning) => void;

const ASK_AGAIN_MS = 100;

/** Entries end up to this share of their time sooner, so that those loaded together do not end together. */
const JITTER = 0.1;

/** Asks the database for the answers of one query: once in the whole cluster, if the engine can be asked who does. */
export class QueryLoader<Args, Value> {
  readonly database: DatabaseLoads<Args, Value>;
  /** By entry and generations. */
  private readonly refreshing = new Map<string, Promise<Loaded<Value> | undefined>>();
  private readonly logger = new Logger('QueryCache');

  constructor(
    private readonly query: Query<Args, Value>,
    private readonly counters: QueryCounters,
    private readonly parts: LoaderParts & { reads: EngineReads },
  ) {
    this.database = new DatabaseLoads(query, counters, parts.loads);
  }

  /** Begins to load what was not found; `found` is undefined where the engine could not be asked. */
  start(ask: Ask<Args>, found: Found | undefined): RunningLoad<Loaded<Value>> {
    let begin: Begin = () => undefined;
    const begun = new Promise<LoadBeginning>((resolve) => (begin = resolve));
    const loaded = found
      ? this.loadOnceInTheCluster(ask, found.generations, begin)
      : this.loadWithoutStoring(ask, begin);
    // Only if it failed before: those who wait share the failure.
    const result = loaded.finally(() => begin(this.beginning([])));
    return { begun, result };
  }

  /** Loads and stores, whatever is stored and whoever else is loading. */
  async reload(ask: Ask<Args>): Promise<Loaded<Value>> {
    const generations = await this.ensureGenerations(ask, []);
    return this.loadAndSave(ask, generations);
  }

  /**
   * Loads a stale answer again; callers on this node that find it under the same generations meanwhile share the load. Never rejects: resolves
   * with undefined if the load fails, which is tried again when the lease has ended, or if another node loads longer than callers wait.
   */
  refresh(ask: Ask<Args>, generations: readonly string[]): Promise<Loaded<Value> | undefined> {
    const state = [ask.keys.entry, ...generations].join(' ');
    const running = this.refreshing.get(state);
    if (running) return running;
    const refreshed = this.refreshNow(ask, generations).finally(() => this.refreshing.delete(state));
    this.refreshing.set(state, refreshed);
    return refreshed;
  }

  private async refreshNow(
    ask: Ask<Args>,
    generations: readonly string[],
  ): Promise<Loaded<Value> | undefined> {
    try {
      const turn = await this.untilTurn(ask, generations, this.query.softTimeoutSeconds);
      if (turn?.envelope) {
        const { store, reads } = this.parts;
        await reads.read(() => store.renewLocal(ask.keys)).catch(ignoreEngineError);
        return fromAnotherNode(turn.envelope);
      }
      if (turn?.lease) return await this.refreshWith(turn.lease, ask, generations);
    } catch (error) {
      this.failRefresh(error);
      return undefined;
    }
    // Another node loads it. Callers share this pause, so that not each of them asks for the lease.
    await delay(ASK_AGAIN_MS, undefined, { ref: false });
    return undefined;
  }

  private async refreshWith(
    lease: Lease,
    ask: Ask<Args>,
    generations: readonly string[],
  ): Promise<Loaded<Value>> {
    try {
      const loaded = await this.loadAndSave(ask, generations);
      await this.endLease(lease);
      return loaded;
    } catch (error) {
      lease.abandon();
      throw error;
    }
  }

  private failRefresh(error: unknown): void {
    this.counters.failRefresh();
    const name = error instanceof Error ? error.name : 'unknown';
    this.logger.warn(`An answer of "${this.query.name}" is served stale: loading it again failed (${name}).`);
  }

  private async loadOnceInTheCluster(
    ask: Ask<Args>,
    found: Generations,
    begin: Begin,
  ): Promise<Loaded<Value>> {
    const knownAt = found.includes(null) ? performance.now() : ask.startedAt;
    const generations = await this.ensureGenerations(ask, found);
    const turn = generations && (await this.untilTurn(ask, generations, this.query.loadTimeoutSeconds));
    if (!generations || !turn) return this.loadWithoutStoring(ask, begin);
    if (turn.envelope) {
      begin({ ...this.beginning(generations), at: knownAt });
      return fromAnotherNode(turn.envelope);
    }
    try {
      return await this.loadAndSave(ask, generations, () => begin(this.beginning(generations)));
    } finally {
      if (turn.lease) void this.endLease(turn.lease);
    }
  }

  /** Without generations it cannot be stored. */
  private async loadAndSave(
    ask: Ask<Args>,
    generations: readonly string[] | undefined,
    onBegin?: () => void,
  ): Promise<Loaded<Value>> {
    const load = await this.database.load(ask, onBegin);
    const { answer, databaseMs } = load;
    const loaded = { answer, outcome: 'miss', databaseMs, ageSeconds: 0 } as const;
    if (!generations) return { ...loaded, storeMs: null, ttlSeconds: null };
    const savesAt = performance.now();
    const ttlSeconds = await this.save(ask.keys, generations, load);
    return { ...loaded, storeMs: performance.now() - savesAt, ttlSeconds };
  }

  /** Undefined where the engine cannot tell, or not soon enough. */
  private ensureGenerations({ keys }: Ask<Args>, found: Generations): Promise<string[] | undefined> {
    const { firstGenerationSeconds } = this.query;
    return this.patiently(this.parts.store.ensureGenerations(keys, found, firstGenerationSeconds));
  }

  /**
   * Resolves with the lease, or with what another node has loaded meanwhile; with neither if that takes too long, or has come to nothing
   * that can be stored. With undefined where the engine cannot tell.
   */
  private async untilTurn(
    { keys, startedAt }: Ask<Args>,
    generations: readonly string[],
    longestSeconds: number,
  ): Promise<Turn | undefined> {
    const { store, leaseEnds } = this.parts;
    const waiter = leaseEnds.waitFor(store.leaseKeyOf(keys, generations));
    const patientUntil = startedAt + longestSeconds * 1000;
    try {
      for (let isOver = false; ; isOver = await waiter.untilLook()) {
        const turn = await this.askForLease(keys, generations);
        if (!turn) return undefined;
        if (freshIn(turn)) {
          void turn.lease?.release();
          return turn;
        }
        // If the lease ended without a stored value, load now; otherwise nodes would load one by one.
        if (turn.lease || isOver || performance.now() > patientUntil)
          return { lease: turn.lease, envelope: undefined };
      }
    } finally {
      waiter.stop();
    }
  }

  private async askForLease(keys: AnswerKeys, generations: readonly string[]): Promise<Turn | undefined> {
    let asked: Promise<Turn> | undefined;
    const ask = () => (asked = this.parts.store.askForLease(keys, generations));
    const turn = await this.parts.reads.read(ask).catch(ignoreEngineError);
    // Should it come all the same, nobody is there to load.
    if (!turn) void asked?.then(({ lease }) => lease?.release()).catch(ignoreEngineError);
    return turn;
  }

  private async loadWithoutStoring(ask: Ask<Args>, begin: Begin): Promise<Loaded<Value>> {
    const { answer, databaseMs } = await this.database.load(ask, () => begin(this.beginning([])));
    return { answer, outcome: 'degraded', databaseMs, storeMs: null, ageSeconds: 0, ttlSeconds: null };
  }

  /** @returns for how many seconds it is fresh, or null if it could not be stored, or not soon enough to be told. */
  private async save(
    keys: AnswerKeys,
    generations: readonly string[],
    { answer, loadedAt, begunAt }: FromDatabase<Value>,
  ): Promise<number | null> {
    if (answer.bytes.length > this.parts.largestValueBytes) {
      this.counters.countOversized();
      return null;
    }
    this.parts.reads.noteSize(answer.bytes.length);
    const { query } = this;
    const [ttlSeconds, staleSeconds] = answer.isNull
      ? [query.negativeTtlSeconds, query.negativeStaleSeconds]
      : [query.ttlSeconds, query.staleSeconds];
    const freshSeconds = ttlSeconds * (1 - JITTER * Math.random());
    const times = {
      loadedAt,
      begunAt,
      freshMs: Math.ceil(freshSeconds * 1000),
      staleMs: staleSeconds * 1000,
    };
    const saved = this.parts.store.save(keys, { answer, ...times, generations: [...generations] });
    return (await this.patiently(saved.then(() => freshSeconds))) ?? null;
  }

  /** Undefined where the engine fails, or is silent for so long that the database alone would have been better. */
  private patiently<T>(asked: Promise<T>): Promise<T | undefined> {
    return this.parts.softTimeout.wait(asked.catch(ignoreEngineError));
  }

  private async endLease(lease: Lease): Promise<void> {
    await lease.release();
    await this.parts.leaseEnds.tell(lease.key);
  }

  private beginning(generations: Generations): LoadBeginning {
    return { at: performance.now(), generations, invalidations: this.parts.store.invalidations };
  }
}

function freshIn(turn: Turn | undefined): Envelope | undefined {
  return turn?.envelope && ageOf(turn.envelope).isFresh ? turn.envelope : undefined;
}

function fromAnotherNode<Value>(envelope: Envelope): Loaded<Value> {
  const { ageSeconds, ttlSeconds } = ageOf(envelope);
  const answer = envelope.answer as Json<Value>;
  return { answer, outcome: 'coalesced', databaseMs: null, storeMs: null, ageSeconds, ttlSeconds };
}
