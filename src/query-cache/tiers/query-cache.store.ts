import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  EngineError,
  type Engine,
  ignoreEngineError,
  type InvalidationFeed,
  RedisEngine,
} from '../../engine/index.js';
import { type EngineTier, engineTierOn } from './redis-tier.store.js';
import { areSame, type Envelope, type Generations, readEnvelope, writeEnvelope } from './envelope.js';
import { LEASE_SECONDS, Lease } from '../loading/leases.js';
import { LocalTier } from './local-tier.js';
import { PendingInvalidations } from '../invalidation/pending-invalidations.js';
import { type AnswerKeys, KeySpace, leaseKey } from '../query/query-cache.keys.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from '../query-cache.options.js';
import type { LocalTierStats } from '../query-cache.wire.js';
import type { Query } from '../query/query-definition.js';
import { checkTags, LONGEST_LIFE_SECONDS } from '../query/query-definition.js';

/*
 * Data model (keys in query-cache.keys.ts): one string per answer, a line that says how it was loaded and then the bytes
 * that are sent; beside it one short random text per generation. An answer carries the generations as they
 * stood before its load began, and is accepted only while they are the same. So invalidating is removing a generation:
 * the next load makes a new one, and nothing of before will ever match it.
 */

/** What a read found. */
export interface Found {
  /** Only if nothing it hangs on was invalidated since its load began; it may be stale. */
  envelope: Envelope | undefined;
  generations: Generations;
}

/** What asking for a lease came to. */
export interface Turn {
  lease: Lease | undefined;
  envelope: Envelope | undefined;
}

/**
 * A tag's generation outlives the answers under it by up to this, so that it need not be extended with each of them: an extension evicts
 * dependents on every node. If a generation ends first nevertheless, its entries are misses.
 */
const TAG_MARGIN_SECONDS = 3_600;
const MOST_EXTENDED = 20_000;

const LOCAL_TIER_BYTES = 64 * 1_024 * 1_024;
/** So soon a silent break of the pushes is found. Where there are none, an answer is asked for again after this. */
const LOCAL_PROMISE_MS = 1_000;

/** Answers, generations and leases. Methods reject with an EngineError if the engine fails, unless they say otherwise. */
@Injectable()
export class QueryCacheStore implements OnApplicationShutdown {
  private readonly logger = new Logger('QueryCache');
  private readonly engine: EngineTier;
  private readonly local: LocalTier | undefined;
  private readonly feed: InvalidationFeed | undefined;
  private readonly pending: PendingInvalidations;
  private readonly keys: KeySpace;
  /** In seconds since the epoch, by generation. */
  private readonly extendedUntil = new LRUCache<string, number>({ max: MOST_EXTENDED });

  constructor(
    @Inject(QUERY_CACHE_OPTIONS)
    { engine, keyPrefix, localTierBytes = LOCAL_TIER_BYTES }: QueryCacheOptions,
  ) {
    this.keys = new KeySpace(keyPrefix);
    checkLocalTierBytes(localTierBytes);
    this.engine = engineTierOn(engine);
    this.pending = new PendingInvalidations((keys) => this.engine.remove(keys));
    if (engine instanceof RedisEngine) engine.onReady(() => this.pending.repeat());
    if (localTierBytes === 0) return;
    this.feed = this.follow(engine);
    this.local = new LocalTier({
      maxBytes: localTierBytes,
      longestMs: this.feed ? Number.POSITIVE_INFINITY : LOCAL_PROMISE_MS,
      isCoherent: () => this.feed?.isCoherent(LOCAL_PROMISE_MS) ?? true,
    });
  }

  /** Nest closes the engine afterwards: it calls a module's hook before those of the modules that it depends on. */
  async onApplicationShutdown(): Promise<void> {
    this.feed?.close();
    const left = await this.pending.close();
    if (left === 0) return;
    this.logger.warn(
      `${left} invalidated keys could not be removed from the engine: other nodes may serve old answers until these expire.`,
    );
  }

  /** @throws {QueryCacheError} E_QUERY_ARGUMENTS */
  keysOf<Args, Value>(query: Query<Args, Value>, args: Args): AnswerKeys<Args> {
    return this.keys.keysOf(query, args);
  }

  get leaseChannel(): string {
    return this.keys.leaseChannel;
  }

  /** Grows with each invalidation on this node. */
  get invalidations(): number {
    return this.pending.count;
  }

  localTierStats(): LocalTierStats {
    return this.local?.stats() ?? { bytes: 0, evictions: 0 };
  }

  /** An answer that this process has, and that it need not ask for. */
  findLocal({ entry }: AnswerKeys): Envelope | undefined {
    const envelope = this.local?.find(entry);
    return envelope && !this.pending.isDistrusted(envelope.loadedAt) ? envelope : undefined;
  }

  /** What this process has of an answer is replaced by what the engine has. */
  async renewLocal(keys: AnswerKeys): Promise<void> {
    if (this.local) await this.find(keys);
  }

  /** Answer and generations, in one round trip. */
  async find(keys: AnswerKeys): Promise<Found> {
    const place = this.local?.open(keys);
    try {
      if (this.pending.concerns(keys.generations)) await this.pending.applyBeforeReading(keys.generations);
      const { entry, texts: generations } = await this.engine.find(keys.entry, keys.generations);
      const envelope = this.accept(readEnvelope(entry), generations);
      if (place && envelope) this.local?.keep(place, envelope);
      return { envelope, generations };
    } finally {
      if (place) this.local?.close(place);
    }
  }

  /** The generations of a load that begins now. Missing ones are created with this life; {@link save} extends it. */
  async ensureGenerations(
    { generations: keys }: AnswerKeys,
    found: Generations,
    lifeSeconds: number,
  ): Promise<string[]> {
    const present = found.filter((generation) => generation !== null);
    if (present.length === keys.length) return present;
    const life = Math.min(LONGEST_LIFE_SECONDS, lifeSeconds);
    const there = await this.engine.ensure(keys, newGeneration(life), life);
    const complete = there.filter((generation) => generation !== null);
    if (complete.length === keys.length) return complete;
    throw new EngineError('failed', 'The engine keeps no generations. Check its memory.');
  }

  leaseKeyOf({ entry }: AnswerKeys, generations: readonly string[]): string {
    return leaseKey(entry, generations);
  }

  /** Asks for the one lease, and looks whether the last one has left an answer, in one round trip. */
  async askForLease({ entry }: AnswerKeys, generations: readonly string[]): Promise<Turn> {
    const key = leaseKey(entry, generations);
    const asked = Promise.all([this.engine.take(key, LEASE_SECONDS), this.engine.find(entry, [])]);
    const [isFree, found] = await asked.catch((error: unknown) => {
      // It may have been taken, or will be when a silent engine goes on, and would hold up everybody for nothing.
      this.pending.removeLater(key);
      throw error;
    });
    const lease = isFree ? new Lease(key, this.engine) : undefined;
    return { lease, envelope: this.accept(readEnvelope(found.entry), generations) };
  }

  /** For all nodes, and for this one if nothing has changed meanwhile. */
  async save(keys: AnswerKeys, envelope: Envelope): Promise<void> {
    // Before the place is opened, which the push of the change would close. If it fails, the generation may end too soon, which costs a load.
    await this.extend(keys.generations, envelope).catch(ignoreEngineError);
    const place = this.local?.open(keys);
    try {
      const [generations] = await Promise.all([
        place ? this.engine.read(keys.generations) : [],
        this.engine.write(keys.entry, writeEnvelope(envelope), lifeOf(envelope)),
      ]);
      const isValid = this.accept(envelope, generations) && !this.pending.concerns(keys.generations);
      if (place && isValid) this.local?.keep(place, envelope);
    } finally {
      if (place) this.local?.close(place, true);
    }
  }

  /**
   * The engine's failure does not reject.
   *
   * @returns whether the engine has confirmed it; if not it will, before this node reads there again.
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  async invalidateTags(tags: readonly string[]): Promise<boolean> {
    checkTags(tags);
    return this.invalidate(tags.map((tag) => this.keys.generationOfTag(tag)));
  }

  /** Likewise. */
  async invalidateAnswer<Args, Value>(query: Query<Args, Value>, args: Args): Promise<boolean> {
    return this.invalidate([this.keysOf(query, args).ownGeneration]);
  }

  private async invalidate(generations: readonly string[]): Promise<boolean> {
    const isConfirmed = await this.pending.invalidate(generations);
    // Pushes come a moment later, or never; on this node it holds from here on.
    this.local?.forget(generations);
    return isConfirmed;
  }

  /** Extends the generations that may end before the answer does. */
  private async extend(keys: readonly string[], envelope: Envelope): Promise<void> {
    // Rounded up where the ends of generations are rounded down.
    const answerEndsAt = inSeconds(lifeOf(envelope)) + 1;
    const extended = envelope.generations.map(async (generation, i) => {
      if ((this.extendedUntil.get(generation) ?? endOf(generation)) >= answerEndsAt) return;
      const life = generationLifeFor(envelope, i > 0);
      const until = inSeconds(life);
      await this.engine.extend(keys[i] ?? '', life);
      this.extendedUntil.set(generation, until);
    });
    await Promise.all(extended);
  }

  /** Memcached tells nobody what changes. */
  private follow(engine: Engine): InvalidationFeed | undefined {
    if (!(engine instanceof RedisEngine)) return undefined;
    return engine.invalidations(this.keys.generationPrefix, (keys) => {
      if (keys) this.local?.forget(keys);
      else this.local?.clear();
    });
  }

  private accept(envelope: Envelope | undefined, generations: Generations): Envelope | undefined {
    if (!envelope || !areSame(generations, envelope.generations)) return undefined;
    return this.pending.isDistrusted(envelope.loadedAt) ? undefined : envelope;
  }
}

/** In whole seconds, rounded up: who reads it looks at the exact times. */
function lifeOf({ freshMs, staleMs }: Envelope): number {
  return Math.ceil((freshMs + staleMs) / 1_000);
}

/** Whatever has random arguments leaves nothing behind for long: an answer of its own, and null, also under tags. */
function generationLifeFor(envelope: Envelope, isTag: boolean): number {
  const life = lifeOf(envelope);
  const margin = isTag && !envelope.answer.isNull ? TAG_MARGIN_SECONDS : life;
  return Math.min(LONGEST_LIFE_SECONDS, life + margin);
}

function checkLocalTierBytes(bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return;
  throw new Error(`The query cache's localTierBytes is ${bytes}. Give a whole number, 0 for no local tier.`);
}

/**
 * Random, so that none ever comes back: neither after it was evicted nor on another node. It contains the time when it ends unless it is
 * extended, since an unneeded extension evicts dependents on every node.
 */
function newGeneration(lifeSeconds: number): string {
  return `${randomBytes(12).toString('base64url')}.${inSeconds(lifeSeconds)}`;
}

/** Seconds since the epoch; 0 where a generation does not say. */
function endOf(generation: string): number {
  return Number(generation.split('.')[1]) || 0;
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}
