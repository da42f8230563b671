import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { statementChannel } from '../../database/index.js';
import { QueryCacheService } from '../../query-cache/index.js';
import { subscribe } from '../../telemetry/index.js';
import type { NodeActivity } from './console.wire.js';

type Counted = Omit<NodeActivity, 'at' | 'viewers'>;
type Listener = (second: NodeActivity) => void;

const SECONDS_KEPT = 180;

/** Counts what this node does, reports each second, and keeps those of the last minutes. */
@Injectable()
export class NodeActivityCounter implements OnModuleDestroy {
  private statements = 0;
  private queries = 0;
  private before: Counted = { statements: 0, flightQueries: 0, lookups: 0, fromMemory: 0, invalidations: 0 };
  private readonly seconds: NodeActivity[] = [];
  private viewers = (): number => 0;
  private listener: Listener | undefined;
  private readonly timer = setInterval(() => this.report(), 1_000).unref();
  private readonly unsubscribe = subscribe(statementChannel, ({ operation, table }) => {
    this.statements += 1;
    if (operation === 'SELECT' && table === 'flights') this.queries += 1;
  });

  constructor(private readonly queryCache: QueryCacheService) {}

  /** Flight queries that PostgreSQL received since the node started. */
  get flightQueries(): number {
    return this.queries;
  }

  /** Oldest first. */
  get lastMinutes(): readonly NodeActivity[] {
    return this.seconds;
  }

  everySecond(viewers: () => number, listener: Listener): void {
    this.viewers = viewers;
    this.listener = listener;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.unsubscribe();
  }

  private report(): void {
    const [now, { before }] = [this.totals(), this];
    this.before = now;
    const second = {
      at: new Date().toISOString(),
      statements: now.statements - before.statements,
      flightQueries: now.flightQueries - before.flightQueries,
      lookups: now.lookups - before.lookups,
      fromMemory: now.fromMemory - before.fromMemory,
      invalidations: now.invalidations - before.invalidations,
      viewers: this.viewers(),
    };
    this.seconds.push(second);
    if (this.seconds.length > SECONDS_KEPT) this.seconds.shift();
    this.listener?.(second);
  }

  private totals(): Counted {
    const { queries, invalidations } = this.queryCache.stats();
    const counts = Object.values(queries);
    const sum = (of: (count: (typeof counts)[number]) => number) =>
      counts.reduce((total, count) => total + of(count), 0);
    const fromMemory = sum(({ hits, stale, negative }) => hits.local + hits.engine + stale + negative);
    const others = sum(
      ({ misses, coalesced, bypassed, errors, degraded }) =>
        misses + coalesced + bypassed + errors + degraded,
    );
    return {
      statements: this.statements,
      flightQueries: this.queries,
      lookups: fromMemory + others,
      fromMemory,
      invalidations,
    };
  }
}
