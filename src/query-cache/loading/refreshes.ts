import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ignoreEngineError } from '../../engine/index.js';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query.js';
import type { EngineReads } from '../tiers/engine-reads.js';
import type { Envelope } from '../tiers/envelope.js';
import type { QueryCacheStore } from '../tiers/query-cache.store.js';
import type { LookupRequest } from './database-loads.js';
import type { Lease, Leases } from './leases.js';
import { fromAnotherNode, type Loaded, type StoredLoads } from './stored-loads.js';

interface RefreshParts<Args, Value> {
  query: Query<Args, Value>;
  counters: QueryCounters;
  loads: StoredLoads<Args, Value>;
  leases: Leases;
  store: QueryCacheStore;
  reads: EngineReads;
}

const RETRY_MS = 100;

/** Reloads stale answers of one query, once in the cluster. */
export class Refreshes<Args, Value> {
  /** By entry and validity tokens. */
  private readonly running = new Map<string, Promise<Loaded | undefined>>();
  private readonly logger = new Logger('QueryCache');

  constructor(private readonly parts: RefreshParts<Args, Value>) {}

  /**
   * Callers of this node that find the same stale answer meanwhile share the load. Never rejects. Resolves with undefined if the load fails,
   * which is retried when the lease has expired, or if the load of another node takes longer than `softTimeoutSeconds`.
   */
  refresh(request: LookupRequest<Args>, { validityTokens }: Envelope): Promise<Loaded | undefined> {
    const state = [request.keys.entry, ...validityTokens].join(' ');
    const running = this.running.get(state);
    if (running) return running;
    const refreshed = this.refreshOnce(request, validityTokens).finally(() => this.running.delete(state));
    this.running.set(state, refreshed);
    return refreshed;
  }

  private async refreshOnce(
    request: LookupRequest<Args>,
    validityTokens: readonly string[],
  ): Promise<Loaded | undefined> {
    const { query, leases, store, reads } = this.parts;
    const { keys } = request;
    try {
      const waitUntil = request.startedAt + query.softTimeoutSeconds * 1000;
      const turn = await leases.acquire({ keys, validityTokens, waitUntil });
      if (turn?.envelope) {
        await reads.read(() => store.renewLocal(keys)).catch(ignoreEngineError);
        return fromAnotherNode(turn.envelope);
      }
      if (turn?.lease) return await this.loadWith(turn.lease, request, validityTokens);
    } catch (error) {
      this.reportFailure(error);
      return undefined;
    }
    // Another node loads it. Callers share this pause, so that not each of them tries to acquire the lease.
    await delay(RETRY_MS, undefined, { ref: false });
    return undefined;
  }

  private async loadWith(
    lease: Lease,
    request: LookupRequest<Args>,
    validityTokens: readonly string[],
  ): Promise<Loaded> {
    try {
      const loaded = await this.parts.loads.load(request, validityTokens);
      await this.parts.leases.release(lease);
      return loaded;
    } catch (error) {
      lease.abandon();
      throw error;
    }
  }

  private reportFailure(error: unknown): void {
    this.parts.counters.failedRefreshes++;
    const name = error instanceof Error ? error.name : 'unknown';
    this.logger.warn(`"${this.parts.query.name}" serves a stale answer: reloading it failed (${name}).`);
  }
}
