import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemcachedEngine } from '../../../src/engine/index.js';
import { leaseKey } from '../../../src/query-cache/query/query-cache.keys.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { installed } from '../../support/app.js';
import { type CacheNodes, startCacheNodes } from './cache-nodes.js';
import { until } from '../../support/until.js';
import { Database } from './database.js';
import { commandsOf } from '../../support/commands-of.js';

const ARGS = { id: 'JFK' };
const KEYS = [
  'the entry',
  'the validity token of the answer',
  'the validity token of its tag',
  'the lease of its load',
] as const;
const CONTENTS = ['a text', 'a list', 'a hash', 'a set'] as const;
/** A text is the right type for a lease: it looks as if another node held it. */
const TABLE = KEYS.flatMap((key) => CONTENTS.map((content) => [key, content] as const)).filter(
  ([key, content]) => key !== KEYS[3] || content !== 'a text',
);

describe.each(installed('redis', 'valkey', 'memcached'))(
  'foreign values under the keys of an answer, on %s',
  (kind) => {
    let nodes: CacheNodes;
    let database: Database;
    beforeAll(async () => {
      nodes = await startCacheNodes(kind);
    });
    beforeEach(() => {
      database = new Database();
    });
    afterAll(() => nodes.close());

    const write = async (key: string, content: (typeof CONTENTS)[number]): Promise<void> => {
      const { engine } = nodes.nodes[0];
      if (engine instanceof MemcachedEngine) return engine.set(key, 'foreign');
      const client = commandsOf(engine);
      await client.del(key);
      if (content === 'a text') await client.set(key, 'foreign');
      if (content === 'a list') await client.lPush(key, 'foreign');
      if (content === 'a hash') await client.hSet(key, 'foreign', 'foreign');
      if (content === 'a set') await client.sAdd(key, 'foreign');
    };

    const table = kind === 'memcached' ? TABLE.filter(([, content]) => content === 'a text') : TABLE;

    it.each(table)(
      'when %s is %s, the next load repairs it, and invalidations keep working',
      async (which, content) => {
        const own = {
          name: `query-${randomUUID()}`,
          ttlSeconds: 60,
          tags: ({ id }: typeof ARGS) => [`${id} ${own.name}`],
          load: database.load,
        };
        const query = nodes.nodes[0].cache.define<typeof ARGS, unknown>(own);
        const there = nodes.nodes[1].cache.define<typeof ARGS, unknown>(own);
        const third = nodes.nodes[2].cache.define<typeof ARGS, unknown>(own);
        const { entry, tokenKeys } = nodes.nodes[0].store.keys.keysOf(new Query(own), ARGS);
        await query.get(ARGS);
        const { engine } = nodes.nodes[0].store;
        const tokens = await engine.read(tokenKeys);
        const lease = leaseKey(entry, tokens.map(String));
        const [answerToken = '', , , tagToken = ''] = tokenKeys;
        const keys = { [KEYS[0]]: entry, [KEYS[1]]: answerToken, [KEYS[2]]: tagToken, [KEYS[3]]: lease };
        await write(keys[which], content);
        if (which === KEYS[3]) await engine.remove([entry]);
        expect(await there.get(ARGS)).toBe('first');
        const { lookup, value } = await third.read(ARGS);
        expect([value, lookup.outcome]).toEqual(['first', 'hit']);
        // The load releases its lease.
        await until(() => engine.acquire(lease, 1));
        database.value = 'second';
        expect(await query.invalidate(ARGS)).toBe(true);
        expect(await nodes.nodes[1].cache.invalidateTag(`${ARGS.id} ${own.name}`)).toBe(true);
        expect(await Promise.all([query.get(ARGS), there.get(ARGS)])).toEqual(['second', 'second']);
        expect((await there.read(ARGS)).lookup.outcome).toBe('hit');
      },
    );
  },
);
