import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../../local/index.js';
import { redisLikes } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNodes, startNodesOn } from './cache-nodes.js';

const LOCAL_PROMISE_MS = 1_000;

/** What a managed service, a proxy or an ACL may refuse. */
const REFUSED = [
  '-ssubscribe',
  '-spublish',
  '-role',
  '-client|tracking -role -ssubscribe -spublish -sunsubscribe',
];

describe.each(redisLikes())('the local tier on %s', (kind) => {
  let nodes: CacheNodes | undefined;
  afterEach(() => nodes?.close());

  it.each(REFUSED)('serves an answer for at most a second where the user has %s', async (permissions) => {
    const server = await startEngine(kind);
    await server.command('ACL', 'SETUSER', 'default', ...permissions.split(' '));
    nodes = await startNodesOn(server, { localTierBytes: 1_000_000 });
    let value = 'first';
    const args = { id: randomUUID() };
    const definition = {
      name: 'query',
      ttlSeconds: 60,
      tags: () => ['tag'],
      load: () => Promise.resolve(value),
    };
    const [here, there] = nodes.nodes.map(({ cache }) => cache.define<typeof args, string>(definition));
    await until(async () => (await there!.read(args)).lookup.tier === 'local');
    await here!.get(args);
    value = 'second';
    expect(await nodes.nodes[0].cache.invalidateTag('tag')).toBe(true);
    const confirmedAt = performance.now();
    let lastOldAt = 0;
    await until(async () => {
      const readAt = performance.now();
      if ((await there!.get(args)) === 'second') return true;
      lastOldAt = readAt;
      return false;
    });
    expect(lastOldAt - confirmedAt).toBeLessThan(LOCAL_PROMISE_MS);
    expect(await here!.get(args)).toBe('second');
  });
});
