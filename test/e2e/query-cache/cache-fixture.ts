import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { CachedQuery, QueryDefinition } from '../../../src/query-cache/index.js';
import { type CacheNode, type CacheNodes, startCacheNodes } from './cache-nodes.js';
import { Database } from './database.js';

export type Args = { id: string };
type Changes = Partial<QueryDefinition<Args, unknown>>;

/** Three nodes on one engine, and for each test a database and arguments of its own. */
export class CacheFixture {
  cluster!: CacheNodes;
  database = new Database();
  args: Args = { id: randomUUID() };

  /** Call it in a `describe`: it registers the hooks that start and stop the nodes. */
  static on(engine: string): CacheFixture {
    const fixture = new CacheFixture();
    beforeAll(async () => void (fixture.cluster = await startCacheNodes(engine)));
    beforeEach(() => {
      fixture.database = new Database();
      fixture.args = { id: randomUUID() };
    });
    afterAll(() => fixture.cluster.close());
    return fixture;
  }

  get node(): CacheNode {
    return this.cluster.nodes[0];
  }

  get other(): CacheNode {
    return this.cluster.nodes[1];
  }

  definition(changes: Changes = {}) {
    return { name: `query-${randomUUID()}`, ttlSeconds: 60, load: this.database.load, ...changes };
  }

  define(changes: Changes = {}): CachedQuery<Args, unknown> {
    return this.node.cache.define<Args, unknown>(this.definition(changes));
  }

  /** The same query on each node. */
  defineOnAll(changes: Changes = {}): CachedQuery<Args, unknown>[] {
    const shared = this.definition(changes);
    return this.cluster.nodes.map(({ cache }) => cache.define<Args, unknown>(shared));
  }

  async outcomeOf(query: CachedQuery<Args, unknown>, args = this.args) {
    const { value, lookup } = await query.read(args);
    return { value, outcome: lookup.outcome, tier: lookup.tier };
  }
}
