import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../support/app.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';

const ANSWERS = 60;
/** Memcached counts whole seconds, so the answers begin at different moments of a second. */
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
    const reloadedAt = new Map<number, number>();
    const reading = there.cache.define({
      name,
      ...times,
      load: ({ id }: { id: number }) => Promise.resolve((reloadedAt.set(id, performance.now()), value)),
    });
    const early: number[] = [];
    const live = async (id: number) => {
      const startedAt = performance.now();
      const { lookup } = await loading.read({ id });
      // The ttl was measured after this.
      const endsAt = startedAt + (lookup.ttlSeconds ?? 0) * 1_000;
      do await reading.get({ id });
      while (!reloadedAt.has(id));
      const leftMs = endsAt - reloadedAt.get(id)!;
      if (leftMs > 0) early.push(leftMs);
    };
    await Promise.all(Array.from({ length: ANSWERS }, (_, id) => delay(id * STEP_MS).then(() => live(id))));
    expect(early).toEqual([]);
  });
});
