import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ignoreEngineError, type InvalidationFeed, MemcachedEngine } from '../../engine/index.js';
import { PendingInvalidations } from '../invalidation/pending-invalidations.js';
import { ValidityTokens } from '../invalidation/validity-tokens.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from '../query-cache.options.js';
import type { LocalTierStats } from '../query-cache.wire.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import { checkTags, KeySpace } from '../query/query-cache.keys.js';
import type { Query } from '../query/query.js';
import type { EngineTier } from './engine-tier.js';
import { areSame, type Envelope, type FoundTokens, isNull, readEnvelope, writeEnvelope } from './envelope.js';
import { LocalTier } from './local-tier.js';
import { MemcachedTier } from './memcached-tier.store.js';
import { RedisTier } from './redis-tier.store.js';

/** What a read found. */
export interface Found {
  /** Undefined if there is none, or it was invalidated since its load began. It may be stale. */
  envelope: Envelope | undefined;
  validityTokens: FoundTokens;
}

const NOTHING_READ: Found = { envelope: undefined, validityTokens: [] };

const LOCAL_TIER_BYTES = 64 * 1_024 * 1_024;
/**
 * After a confirmed invalidation no node serves an old answer for longer than this. Without pushes an answer is read again from the engine
 * after it.
 */
const LOCAL_PROMISE_MS = 1_000;

/** Answers in both tiers, and their invalidation. Methods reject with an EngineError if the engine fails, unless they say otherwise. */
@Injectable()
export class QueryCacheStore implements OnApplicationShutdown {
  readonly engine: EngineTier;
  readonly keys: KeySpace;
  readonly tokens: ValidityTokens;
  readonly pending: PendingInvalidations;
  private readonly logger = new Logger('QueryCache');
  private readonly local: LocalTier | undefined;
  private readonly feed: InvalidationFeed | undefined;

  constructor(
    @Inject(QUERY_CACHE_OPTIONS)
    { engine, keyPrefix, localTierBytes = LOCAL_TIER_BYTES }: QueryCacheOptions,
  ) {
    this.keys = new KeySpace(keyPrefix, engine instanceof MemcachedEngine || engine.hasSlots);
    checkLocalTierBytes(localTierBytes);
    this.engine =
      engine instanceof MemcachedEngine ? new MemcachedTier(engine) : new RedisTier(engine, this.keys);
    this.tokens = new ValidityTokens(this.engine);
    this.pending = new PendingInvalidations((keys) => this.engine.remove(keys));
    // Memcached has no feed, and no replicas that could be promoted without an invalidation.
    if (!(engine instanceof MemcachedEngine)) {
      engine.onReady(() => this.pending.repeat());
      if (localTierBytes > 0)
        this.feed = engine.invalidations(this.keys.invalidationChannels, (keys) => this.onChange(keys));
    }
    if (localTierBytes > 0) {
      const { feed } = this;
      this.local = new LocalTier({ maxBytes: localTierBytes, promiseMs: LOCAL_PROMISE_MS, feed });
    }
  }

  /** Nest closes the engine afterwards: it calls a module's hook before those of the modules that it depends on. */
  async onApplicationShutdown(): Promise<void> {
    this.feed?.close();
    const unconfirmed = await this.pending.close();
    if (unconfirmed === 0) return;
    this.logger.warn(
      `${unconfirmed} invalidated keys could not be removed from the engine: other nodes may serve old answers until these expire.`,
    );
  }

  /** On this node. */
  get invalidations(): number {
    return this.pending.count;
  }

  localTierStats(): LocalTierStats {
    return this.local?.stats() ?? { bytes: 0, evictions: 0 };
  }

  /** The answer in the memory of this process, if it may be served without reading the engine. */
  findLocal({ entry }: AnswerKeys): Envelope | undefined {
    const envelope = this.local?.find(entry);
    return envelope && this.isTrusted(envelope) ? envelope : undefined;
  }

  /** Replaces the answer in the memory of this process by that in the engine. */
  async renewLocal(keys: AnswerKeys): Promise<void> {
    if (this.local) await this.find(keys);
  }

  /** Reads answer and validity tokens from the engine in one round trip; in two where the tags of the value were not known to this node. */
  async find(keys: AnswerKeys): Promise<Found> {
    return (await this.findOnce(keys)) ?? (await this.findOnce(keys)) ?? NOTHING_READ;
  }

  /** Undefined where the stored answer depends on other tags than were expected, and read. */
  private async findOnce(keys: AnswerKeys): Promise<Found | undefined> {
    const slot = this.local?.open(keys);
    try {
      if (this.pending.unconfirmed.size > 0) await this.pending.applyBeforeReading(keys.tokenKeys);
      const { entry, tokens: validityTokens } = await this.engine.find(keys.entry, keys.tokenKeys);
      const read = readEnvelope(entry);
      if (read && !keys.expects(read.valueTokenKeys)) return undefined;
      const envelope = this.accept(read, validityTokens);
      if (slot && envelope) this.local?.keep(slot, envelope);
      return { envelope, validityTokens };
    } finally {
      if (slot) this.local?.close(slot);
    }
  }

  /** Stores for all nodes, and in this process if no token has changed meanwhile. */
  async save(keys: AnswerKeys, envelope: Envelope): Promise<void> {
    const lifeSeconds = lifeOf(envelope);
    // If it fails, a token may expire too soon, which costs a load.
    await this.tokens
      .extend(keys.tokenKeys, { ...envelope, lifeSeconds, isNull: isNull(envelope) })
      .catch(ignoreEngineError);
    const slot = this.local?.open(keys);
    try {
      const [tokens] = await Promise.all([
        slot ? this.engine.read(keys.tokenKeys) : [],
        this.engine.write(keys.entry, writeEnvelope(envelope), lifeSeconds),
      ]);
      const isValid = this.accept(envelope, tokens) && !this.pending.concerns(keys.tokenKeys);
      if (slot && isValid) this.local?.keep(slot, envelope);
    } finally {
      if (slot) this.local?.close(slot, true);
    }
  }

  /**
   * Does not reject when the engine fails.
   *
   * @returns whether the engine has confirmed it. If not, it is applied before this node reads a dependent answer there.
   * @throws {QueryCacheError} E_QUERY_ARGUMENTS
   */
  async invalidateTags(tags: readonly string[]): Promise<boolean> {
    checkTags(tags);
    return this.invalidate(tags.map((tag) => this.keys.tokenKeyOfTag(tag)));
  }

  /** As {@link invalidateTags}, for one answer. */
  async invalidateAnswer<Args, Value>(query: Query<Args, Value>, args: Args): Promise<boolean> {
    return this.invalidate([this.keys.keysOf(query, args).ownTokenKey]);
  }

  /** As {@link invalidateTags}, for all answers of a query, or of all queries. */
  invalidateAll(query?: string): Promise<boolean> {
    return this.invalidate(this.keys.tokenKeysOfAll(query));
  }

  /** The envelope, if it was not invalidated since its load began. */
  accept(envelope: Envelope | undefined, tokens: FoundTokens): Envelope | undefined {
    if (!envelope || !areSame(tokens, envelope.validityTokens)) return undefined;
    return this.isTrusted(envelope) ? envelope : undefined;
  }

  private isTrusted({ loadedAt }: Envelope): boolean {
    return loadedAt >= this.pending.trustedSince;
  }

  private async invalidate(tokenKeys: readonly string[]): Promise<boolean> {
    const isConfirmed = await this.pending.invalidate(tokenKeys);
    // The feed reports it a moment later, or never. On this node it must hold from here on.
    this.local?.invalidate(tokenKeys);
    return isConfirmed;
  }

  private onChange(tokenKeys: readonly string[] | null): void {
    if (tokenKeys) this.local?.invalidate(tokenKeys);
    else this.local?.clear();
  }
}

/** In whole seconds, rounded up: readers compare the exact times. */
function lifeOf({ freshMs, staleMs }: Envelope): number {
  return Math.ceil((freshMs + staleMs) / 1_000);
}

function checkLocalTierBytes(bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return;
  throw new Error(`The query cache has localTierBytes ${bytes}. Use a whole number, 0 for no local tier.`);
}
