import { ignoreEngineError } from '../../engine/index.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import { leaseKey } from '../query/query-cache.keys.js';
import type { EngineReads } from '../tiers/engine-reads.js';
import type { EngineTier } from '../tiers/engine-tier.js';
import { ageOf, type Envelope, readEnvelope } from '../tiers/envelope.js';
import type { QueryCacheStore } from '../tiers/query-cache.store.js';
import type { LeaseReleaseNotifier } from './lease-release-notifier.js';

/** How long a holder that dies delays others, at most. */
export const LEASE_SECONDS = 2;
const RENEW_MS = 600;

/**
 * The right to load one answer, for one node at a time. Its holder renews it.
 *
 * It saves database work; nothing depends on it being exclusive. Source: Nishtala and others, "Scaling Memcache at Facebook", NSDI 2013,
 * section 3.2.1.
 */
export class Lease {
  private readonly renewal: NodeJS.Timeout;
  private renewedAt = performance.now();

  constructor(
    readonly key: string,
    private readonly engine: EngineTier,
  ) {
    this.renewal = setInterval(() => void this.renew(), RENEW_MS).unref();
  }

  /** Stops renewing. It expires within {@link LEASE_SECONDS}: until then no node retries what has just failed. */
  abandon(): void {
    clearInterval(this.renewal);
  }

  /** Never rejects. */
  async release(): Promise<void> {
    this.abandon();
    // It may have expired, and another node may hold it now.
    if (performance.now() - this.renewedAt > LEASE_SECONDS * 1000) return;
    await this.engine.remove([this.key]).catch(ignoreEngineError);
  }

  private async renew(): Promise<void> {
    const requestedAt = performance.now();
    try {
      await this.engine.renew(this.key, LEASE_SECONDS);
      this.renewedAt = requestedAt;
    } catch (error) {
      ignoreEngineError(error);
    }
  }
}

/** The lease, or the answer of the node that held it before. */
export interface Turn {
  lease: Lease | undefined;
  envelope: Envelope | undefined;
}

/** A load that wants the lease. */
export interface LeaseRequest {
  keys: AnswerKeys;
  validityTokens: readonly string[];
  /** As of `performance.now()`: after this, load without the lease. */
  waitUntil: number;
}

/** Acquires and releases the leases of one query. */
export class Leases {
  constructor(
    private readonly store: QueryCacheStore,
    private readonly reads: EngineReads,
    private readonly notifier: LeaseReleaseNotifier,
  ) {}

  /**
   * Waits for the lease or for the answer of another node. Resolves with neither if that takes too long, or if the other node stored nothing;
   * with undefined if the engine fails or is silent.
   */
  async acquire({ keys, validityTokens, waitUntil }: LeaseRequest): Promise<Turn | undefined> {
    const waiter = this.notifier.waitFor(leaseKey(keys.entry, validityTokens));
    try {
      for (let isReleased = false; ; isReleased = await waiter.untilCheck()) {
        const turn = await this.tryInTime(keys, validityTokens);
        if (!turn) return undefined;
        if (turn.envelope && ageOf(turn.envelope).isFresh) {
          void turn.lease?.release();
          return turn;
        }
        // If the lease ended without a stored value, load now; otherwise nodes would load one by one.
        if (turn.lease || isReleased || performance.now() > waitUntil)
          return { lease: turn.lease, envelope: undefined };
      }
    } finally {
      waiter.stop();
    }
  }

  /** Never rejects. */
  async release(lease: Lease): Promise<void> {
    await lease.release();
    await this.notifier.publish(lease.key);
  }

  private async tryInTime(keys: AnswerKeys, validityTokens: readonly string[]): Promise<Turn | undefined> {
    let reply: Promise<Turn> | undefined;
    const send = () => (reply = tryLease(this.store, keys, validityTokens));
    const turn = await this.reads.read(send).catch(ignoreEngineError);
    // A lease that comes too late has no load: give it back.
    if (!turn) void reply?.then(({ lease }) => lease?.release()).catch(ignoreEngineError);
    return turn;
  }
}

/** Tries once to acquire the lease, and reads the answer that its last holder may have stored, in one round trip. */
export async function tryLease(
  store: QueryCacheStore,
  keys: AnswerKeys,
  validityTokens: readonly string[],
): Promise<Turn> {
  const key = leaseKey(keys.entry, validityTokens);
  const replies = Promise.all([store.engine.acquire(key, LEASE_SECONDS), store.engine.find(keys.entry, [])]);
  const [isAcquired, { entry }] = await replies.catch((error: unknown) => {
    // It may have been acquired all the same, and would delay all nodes for nothing.
    store.pending.removeLater(key);
    throw error;
  });
  const lease = isAcquired ? new Lease(key, store.engine) : undefined;
  return { lease, envelope: store.accept(readEnvelope(entry), validityTokens) };
}
