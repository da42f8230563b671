import { ignoreEngineError } from '../../engine/index.js';
import type { EngineTier } from '../tiers/redis-tier.store.js';

/** How long a holder that dies keeps others waiting, at most. */
export const LEASE_SECONDS = 2;
const RENEW_MS = 600;

/**
 * The right to load one answer, for one node at a time; held by renewing it.
 *
 * It spares the database work and nothing depends on it being exclusive. Source: Nishtala and others, "Scaling Memcache at
 * Facebook", NSDI 2013, section 3.2.1.
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

  /** It ends by itself within {@link LEASE_SECONDS}: until then nobody tries again what has just failed. */
  abandon(): void {
    clearInterval(this.renewal);
  }

  /** Never rejects. */
  async release(): Promise<void> {
    this.abandon();
    // It may be somebody else's by now.
    if (performance.now() - this.renewedAt > LEASE_SECONDS * 1000) return;
    await this.engine.remove([this.key]).catch(ignoreEngineError);
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.engine.renew(this.key, LEASE_SECONDS);
      this.renewedAt = askedAt;
    } catch (error) {
      ignoreEngineError(error);
    }
  }
}
