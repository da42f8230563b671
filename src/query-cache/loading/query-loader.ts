import type { IPolicy } from 'cockatiel';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query.js';
import { EngineReads, type ReadQueues, type SoftTimeout } from '../tiers/engine-reads.js';
import type { Envelope, FoundTokens } from '../tiers/envelope.js';
import type { Found, QueryCacheStore } from '../tiers/query-cache.store.js';
import { DatabaseLoads, type LookupRequest } from './database-loads.js';
import type { LeaseReleaseNotifier } from './lease-release-notifier.js';
import { Leases } from './leases.js';
import { Refreshes } from './refreshes.js';
import type { LoadBeginning, RunningLoad } from './running-loads.js';
import { fromAnotherNode, type Loaded, StoredLoads } from './stored-loads.js';

/** What all queries of a node share. */
export interface LoaderParts {
  store: QueryCacheStore;
  leaseReleases: LeaseReleaseNotifier;
  /** Bounds the concurrent loads of this node. */
  limiter: IPolicy;
  /** Larger answers are served and not stored. */
  largestValueBytes: number;
  /** How long a lookup waits for the engine. */
  softTimeout: SoftTimeout;
  readQueues: ReadQueues;
}

type Begin = (beginning: LoadBeginning) => void;

/** Loads answers of one query: once in the cluster, as long as the engine answers. */
export class QueryLoader<Args, Value> {
  readonly reads: EngineReads;
  readonly database: DatabaseLoads<Args, Value>;
  private readonly loads: StoredLoads<Args, Value>;
  private readonly leases: Leases;
  private readonly refreshes: Refreshes<Args, Value>;

  constructor(
    private readonly query: Query<Args, Value>,
    counters: QueryCounters,
    private readonly parts: LoaderParts,
  ) {
    const { store, limiter, leaseReleases, readQueues } = parts;
    this.reads = new EngineReads(readQueues);
    this.database = new DatabaseLoads(query, counters, limiter);
    this.leases = new Leases(store, this.reads, leaseReleases);
    const own = {
      ...parts,
      query,
      counters,
      reads: this.reads,
      database: this.database,
      leases: this.leases,
    };
    this.loads = new StoredLoads(own);
    this.refreshes = new Refreshes({ ...own, loads: this.loads });
  }

  /** Starts the load of an answer that was not found. `found` is undefined where the engine did not answer. */
  start(request: LookupRequest<Args>, found: Found | undefined): RunningLoad<Loaded> {
    return this.run((begin) =>
      found
        ? this.loadOnceInCluster(request, found.validityTokens, begin)
        : this.loadWithoutEngine(request, begin),
    );
  }

  /** As {@link start}, of an answer that was found and may be out of date. */
  startReload(request: LookupRequest<Args>, { validityTokens }: Found): RunningLoad<Loaded> {
    return this.run(async (begin) => {
      const tokens = await this.loads.ensureTokens(request.keys, validityTokens);
      return this.loads.load(request, tokens, () => begin(this.beginning(tokens ?? [])));
    });
  }

  /** Loads and stores, also when an answer is stored or another node is loading. */
  async reload(request: LookupRequest<Args>): Promise<Loaded> {
    return this.loads.load(request, await this.loads.ensureTokens(request.keys, []));
  }

  /** Loads several answers at once and stores them. Acquires no leases. `found` is as in {@link start}. */
  async loadMany(
    requests: readonly LookupRequest<Args>[],
    found: readonly (Found | undefined)[],
  ): Promise<Loaded[]> {
    const ensured = requests.map(async ({ keys }, i) => {
      const read = found[i];
      return read && this.loads.ensureTokens(keys, read.validityTokens);
    });
    return this.loads.loadMany(requests, await Promise.all(ensured));
  }

  /** Reloads a stale answer; see {@link Refreshes.refresh}. */
  refresh(request: LookupRequest<Args>, stale: Envelope): Promise<Loaded | undefined> {
    return this.refreshes.refresh(request, stale);
  }

  private run(load: (begin: Begin) => Promise<Loaded>): RunningLoad<Loaded> {
    let begin: Begin = () => undefined;
    const begun = new Promise<LoadBeginning>((resolve) => (begin = resolve));
    // A load may fail before it begins. Those who wait for it must not wait for ever: they get its failure.
    const result = load(begin).finally(() => begin(this.beginning([])));
    return { begun, result };
  }

  private async loadOnceInCluster(
    request: LookupRequest<Args>,
    found: FoundTokens,
    begin: Begin,
  ): Promise<Loaded> {
    const { keys, startedAt } = request;
    const knownAt = found.includes(null) ? performance.now() : startedAt;
    const validityTokens = await this.loads.ensureTokens(keys, found);
    if (!validityTokens) return this.loadWithoutEngine(request, begin);
    const waitUntil = startedAt + this.query.loadTimeoutSeconds * 1000;
    const turn = await this.leases.acquire({ keys, validityTokens, waitUntil });
    if (!turn) return this.loadWithoutEngine(request, begin);
    if (turn.envelope) {
      begin({ ...this.beginning(validityTokens), at: knownAt });
      return fromAnotherNode(turn.envelope);
    }
    try {
      return await this.loads.load(request, validityTokens, () => begin(this.beginning(validityTokens)));
    } finally {
      if (turn.lease) void this.leases.release(turn.lease);
    }
  }

  private async loadWithoutEngine(request: LookupRequest<Args>, begin: Begin): Promise<Loaded> {
    const { answer, databaseMs } = await this.database.load(request, () => begin(this.beginning([])));
    return { answer, outcome: 'degraded', databaseMs, storeMs: null, ageSeconds: 0, ttlSeconds: null };
  }

  private beginning(validityTokens: FoundTokens): LoadBeginning {
    return { at: performance.now(), validityTokens, invalidations: this.parts.store.pending.count };
  }
}
