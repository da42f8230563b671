import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../support/app.js';
import { type CacheNode, type CacheNodes, startCacheNodes } from './cache-nodes.js';

/** Far more than one answer takes on a busy machine. */
const SOFT_TIMEOUT_MS = 1_000;
/** As many as fit into the default memory of Memcached. */
const ANSWERS = 30;

describe.each(installed('redis', 'valkey', 'memcached'))('concurrent hits of large answers on %s', (kind) => {
  let cluster: CacheNodes;
  let writer: CacheNode;
  let reader: CacheNode;
  beforeAll(async () => {
    cluster = await startCacheNodes(kind, { engineSoftTimeoutMs: SOFT_TIMEOUT_MS });
    [writer, reader] = cluster.nodes;
  });
  afterAll(() => cluster.close());

  it.each([
    [200, 100_000],
    [150, 990_000],
  ])(
    '%i hits of %i bytes cause no load and no failed call, and the engine stays ready',
    async (count, bytes) => {
      const definition = {
        name: `query-${randomUUID()}`,
        ttlSeconds: 600,
        load: ({ id }: { id: number }) => Promise.resolve(String(id).padEnd(bytes, 'x')),
      };
      const [written, read] = [writer.cache.define(definition), reader.cache.define(definition)];
      for (let id = 0; id < ANSWERS; id++) await written.get({ id });
      const before = reader.engine.statistics;
      const lengths = await Promise.all(
        Array.from({ length: count }, async (_, i) => (await read.read({ id: i % ANSWERS })).bytes.length),
      );
      expect(new Set(lengths)).toEqual(new Set([bytes + 2]));
      expect(read.counters.read()).toMatchObject({ loads: 0, hits: { engine: count } });
      const { refused, failed, unknown, connects } = before;
      expect(reader.engine.statistics).toMatchObject({ refused, failed, unknown, connects });
      expect(reader.engine.report()).toMatchObject({ state: 'ready', breaker: 'closed' });
    },
  );
});
