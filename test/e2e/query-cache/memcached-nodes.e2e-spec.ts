import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemcachedCluster, startMemcachedCluster } from '../../../local/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { installed } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startNodesOn } from './cache-nodes.js';

interface Args {
  id: number;
}

const ANSWERS = 100;
const SERVERS = [0, 1, 2];

describe.runIf(installed('memcached').length > 0)('the query cache on three Memcached servers', () => {
  let servers: MemcachedCluster;
  let cluster: CacheNodes;
  let query: CachedQuery<Args, number>;
  beforeAll(async () => {
    servers = await startMemcachedCluster({ nodes: SERVERS.length });
    const server = (index: number) => servers.nodes[index]!;
    cluster = await startNodesOn({
      url: servers.url,
      pause: () => SERVERS.forEach((index) => server(index).pause()),
      resume: () => SERVERS.forEach((index) => server(index).resume()),
      kill: async () => void (await Promise.all(SERVERS.map((index) => server(index).kill()))),
      restart: async () => void (await Promise.all(SERVERS.map((index) => server(index).restart()))),
      stop: () => servers.stop(),
    });
    query = cluster.nodes[0].cache.define<Args, number>({
      name: 'answers',
      ttlSeconds: 600,
      load: ({ id }) => Promise.resolve(id),
    });
  });
  afterAll(() => cluster.close());

  const hits = async () => {
    const lookups = await Promise.all(Array.from({ length: ANSWERS }, (_, id) => query.read({ id })));
    return lookups.filter(({ lookup }) => lookup.outcome === 'hit').length;
  };

  it.each(SERVERS)('has hits on the others while server %i does not answer', async (index) => {
    await until(async () => (await hits()) === ANSWERS);
    servers.nodes[index]!.pause();
    const during: number[] = [];
    await until(async () => during.push(await hits()) > 3);
    servers.nodes[index]!.resume();
    // An answer needs the servers of its entry and of its validity tokens: on average 4 of 9 have both.
    expect(Math.min(...during)).toBeGreaterThan(0);
    expect(during.at(-1)).toBeLessThan(ANSWERS);
  });
});
