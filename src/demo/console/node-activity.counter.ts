import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { statementChannel } from '../../database/index.js';
import { QueryCacheService } from '../../query-cache/index.js';
import { subscribe } from '../../telemetry/index.js';
import type { NodeActivity } from './console.wire.js';

type Second = Omit<NodeActivity, 'viewers'>;
type Counted = Omit<Second, 'at'>;
type Listener = (activity: Second) => void;

/** Counts what this node does, and reports each second. */
@Injectable()
export class NodeActivityCounter implements OnModuleDestroy {
  private statements = 0;
  private queries = 0;
  private before: Counted = { statements: 0, flightQueries: 0, lookups: 0, fromMemory: 0, invalidations: 0 };
  private last: Second | undefined;
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

  /** Undefined in the first second of the node. */
  get lastSecond(): Second | undefined {
    return this.last;
  }

  everySecond(listener: Listener): void {
    this.listener = listener;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.unsubscribe();
  }

  private report(): void {
    const [now, { before }] = [this.totals(), this];
    this.before = now;
    this.last = {
      at: new Date().toISOString(),
      statements: now.statements - before.statements,
      flightQueries: now.flightQueries - before.flightQueries,
      lookups: now.lookups - before.lookups,
      fromMemory: now.fromMemory - before.fromMemory,
      invalidations: now.invalidations - before.invalidations,
    };
    this.listener?.(this.last);
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
