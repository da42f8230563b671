import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type EngineKind, startEngine, startFaultProxy } from '../../../local/index.js';
import { Database } from '../../../src/database/index.js';
import type { CachedQuery, LookupOutcome } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { type CacheNode, startCacheNode } from '../../../load/micro/query-cache/cache-node.js';
import { CACHE_OUTAGES, type OutageSite } from './cache-outage.js';

const EVERY_MS = 10;
const HOT_KEYS = 40;
/** One lookup in this many has new arguments. */
const NEW_ONES = 4;
const DATABASE_SECONDS = 0.02;
export const CONCURRENT_LOADS = 6;
const LONGEST_RECOVERY_MS = 20_000;
const HANGS_AFTER_MS = 5_000;
/** After this many lookups in a row that used the engine, it has recovered. */
const RECOVERED_AFTER = 20;

export interface CacheOutageRun {
  servers: string;
  lookups: number;
  failed: number;
  hung: number;
  /** Of lookups that began between the strike and the recovery. */
  latenciesMs: number[];
  /** Of lookups with `no-store` before the outage. */
  databaseMs: number[];
  mostLoadsAtOnce: number;
  /** From the end of the outage to the first of many lookups in a row that used the engine; infinite if there were none. */
  recoveryMs: number;
  /** Most loads of one hot answer in the second after the engine was back. */
  mostLoadsOfOne: number;
}

interface TimedLookup {
  startedAt: number;
  tookMs?: number;
  outcome?: LookupOutcome | 'failed';
}

type Args = { key: string };

/** Runs 100 lookups a second on a real database during an outage. */
export async function runCacheOutage(
  kind: EngineKind,
  name: string,
  { databaseUrl, outageMs }: { databaseUrl: string; outageMs: number },
): Promise<CacheOutageRun> {
  const outage = CACHE_OUTAGES[name];
  if (!outage) throw new Error(`There is no outage "${name}".`);
  const settings = kind === 'memcached' ? ['-M', '-m', '4'] : [];
  const server = await startEngine(kind, { settings });
  const proxy = await startFaultProxy({ target: server });
  if (outage.isAtBoot) await server.kill();
  const keyPrefix = `outage:${randomUUID()}`;
  const node = await startCacheNode(proxy.through(server.url), {
    keyPrefix,
    concurrentLoads: CONCURRENT_LOADS,
    // The local tier would hide the outage.
    localTierBytes: 0,
  });
  const database = new Database({ url: databaseUrl, connections: CONCURRENT_LOADS + 2 });
  const trial = new Trial(node, database);
  try {
    const { engine } = node;
    const entries = trial.hotKeys.map(
      (key) => node.store.keys.keysOf(new Query(trial.definition), { key }).entry,
    );
    const site: OutageSite = { kind, server, proxy, engine, entries };
    const seen = await trial.run(() => outage.strike(site), outageMs);
    return { servers: `${server.name} ${server.version}`, ...seen };
  } finally {
    await node.close();
    await database.onApplicationShutdown();
    await proxy.stop();
    await server.stop();
  }
}

class Trial {
  readonly hotKeys = Array.from({ length: HOT_KEYS }, (_, i) => `hot-${i}`);
  readonly definition = {
    name: 'outage',
    ttlSeconds: 600,
    load: ({ key }: Args) => this.load(key),
  };
  private readonly query: CachedQuery<Args, unknown>;
  private readonly asked: TimedLookup[] = [];
  private readonly loads: { key: string; at: number }[] = [];
  private loading = 0;
  private mostLoadsAtOnce = 0;
  private count = 0;
  private readonly settling = new Set<Promise<void>>();

  constructor(
    { cache }: CacheNode,
    private readonly database: Database,
  ) {
    this.query = cache.define(this.definition);
  }

  async run(strike: () => ReturnType<(typeof CACHE_OUTAGES)[string]['strike']>, outageMs: number) {
    await Promise.all(this.hotKeys.map((key) => this.query.get({ key })));
    const databaseMs = await this.timeDatabase();
    const traffic = setInterval(() => this.ask(), EVERY_MS);
    const struckAt = performance.now();
    const heal = await strike();
    await wait(outageMs);
    // The outage ends when the server is up, not when it is started.
    await heal();
    const healedAt = performance.now();
    const recoveredAt = await this.untilRecovered(healedAt);
    await wait(1_000);
    clearInterval(traffic);
    await Promise.race([Promise.all(this.settling), wait(HANGS_AFTER_MS)]);
    const during = this.asked.filter(({ startedAt }) => startedAt >= struckAt && startedAt <= recoveredAt);
    return {
      lookups: this.asked.length,
      failed: this.asked.filter(({ outcome }) => outcome === 'failed').length,
      hung: this.asked.filter(({ tookMs }) => tookMs === undefined).length,
      latenciesMs: during.map(({ tookMs = HANGS_AFTER_MS }) => tookMs),
      databaseMs,
      mostLoadsAtOnce: this.mostLoadsAtOnce,
      recoveryMs: recoveredAt - healedAt,
      mostLoadsOfOne: this.mostLoadsOfOne(recoveredAt),
    };
  }

  private async load(key: string): Promise<{ key: string }> {
    this.loads.push({ key, at: performance.now() });
    this.mostLoadsAtOnce = Math.max(this.mostLoadsAtOnce, ++this.loading);
    try {
      await this.database.query('SELECT pg_sleep($1)', [DATABASE_SECONDS]);
      return { key };
    } finally {
      this.loading--;
    }
  }

  /** Lookups with `no-store` at the same rate. */
  private async timeDatabase(): Promise<number[]> {
    const times: Promise<number>[] = [];
    for (let i = 0; i < 100; i++) {
      const startedAt = performance.now();
      times.push(this.query.read({ key: 'any' }, 'no-store').then(() => performance.now() - startedAt));
      await wait(EVERY_MS);
    }
    return Promise.all(times);
  }

  private ask(): void {
    const number = this.count++;
    const hot = this.hotKeys[number % HOT_KEYS] ?? '';
    const asked: TimedLookup = { startedAt: performance.now() };
    this.asked.push(asked);
    const settled = this.query.read({ key: number % NEW_ONES === 0 ? `new-${number}` : hot }).then(
      ({ lookup }) => void Object.assign(asked, { outcome: lookup.outcome }),
      () => void Object.assign(asked, { outcome: 'failed' }),
    );
    const done = settled.then(() => void (asked.tookMs = performance.now() - asked.startedAt));
    this.settling.add(done);
  }

  /** @returns when the first of many lookups in a row began that used the engine. */
  private async untilRecovered(healedAt: number): Promise<number> {
    while (performance.now() - healedAt < LONGEST_RECOVERY_MS) {
      const since = this.asked.filter(
        ({ startedAt, tookMs }) => startedAt >= healedAt && tookMs !== undefined,
      );
      const lastIll = since.findLastIndex(({ outcome }) => outcome === 'degraded' || outcome === 'failed');
      const well = since.slice(lastIll + 1);
      if (well.length >= RECOVERED_AFTER) return well[0]?.startedAt ?? healedAt;
      await wait(EVERY_MS);
    }
    return Number.POSITIVE_INFINITY;
  }

  private mostLoadsOfOne(from: number): number {
    const after = this.loads.filter(({ at }) => at >= from && at < from + 1_000);
    return Math.max(0, ...this.hotKeys.map((hot) => after.filter(({ key }) => key === hot).length));
  }
}
