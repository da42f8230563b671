import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../support/app.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

const ANSWERS = 60;
/** So that the answers begin at different moments of a second, of which Memcached counts whole ones. */
const STEP_MS = 17;

describe.each(installed('redis', 'valkey', 'memcached'))('the life of an answer on %s', (kind) => {
  let cluster: CacheNodes;
  beforeAll(async () => void (cluster = await startCacheNodes(kind)));
  afterAll(() => cluster.close());

  it.each([null, 'text'])('lets other nodes serve the answer %j until its ttl ends', async (value) => {
    const [here, there] = cluster.nodes;
    const name = `query-${randomUUID()}`;
    // With these times a new validity token lives as long as the answer, so it is not extended.
    const times = { ttlSeconds: 2, negativeTtlSeconds: value === null ? 2 : 1, loadTimeoutSeconds: 1 };
    const loading = here.cache.define({ name, ...times, load: () => Promise.resolve(value) });
    const loadedAgainAt = new Map<number, number>();
    const reading = there.cache.define({
      name,
      ...times,
      load: ({ id }: { id: number }) => Promise.resolve((loadedAgainAt.set(id, performance.now()), value)),
    });
    const early: number[] = [];
    const live = async (id: number) => {
      const askedAt = performance.now();
      const { lookup } = await loading.read({ id });
      // What is left was measured after this.
      const endsAt = askedAt + (lookup.ttlSeconds ?? 0) * 1_000;
      do await reading.get({ id });
      while (!loadedAgainAt.has(id));
      const leftMs = endsAt - loadedAgainAt.get(id)!;
      if (leftMs > 0) early.push(leftMs);
    };
    await Promise.all(Array.from({ length: ANSWERS }, (_, id) => delay(id * STEP_MS).then(() => live(id))));
    expect(early).toEqual([]);
  });
});
