import { randomUUID } from 'node:crypto';
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleOf } from '../../../../src/sessions/records/sessions.keys.js';
import { emptySession, StoreNodes } from './store-nodes.js';

describe('keys that are not sessions of this store', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  const foreign: [string, (key: string) => string[]][] = [
    ['text, as connect-redis writes it', (key) => ['SET', key, '{"cookie":{}}']],
    ['a list', (key) => ['RPUSH', key, 'x']],
    ['a hash of other fields', (key) => ['HSET', key, 'other', 'x']],
  ];

  it.each(foreign)('counts as no session and is replaced by a new one: %s', async (_what, write) => {
    const id = randomUUID();
    await nodes.server.command(...write(nodes.keyOf(id)));
    expect(await nodes.load(id)).toBeNull();
    await nodes.server.command(...write(nodes.keyOf(id)));
    await nodes.here.set(id, { ...emptySession(), n: 1 });
    expect(await nodes.load(id)).toMatchObject({ n: 1 });
  });

  it.each(foreign)('ends the session that it overwrites: %s', async (_what, write) => {
    const { id, data } = await nodes.newSession();
    await nodes.server.command('DEL', nodes.keyOf(id));
    await nodes.server.command(...write(nodes.keyOf(id)));
    await expect(nodes.here.set(id, { ...data, n: 2 })).rejects.toMatchObject({ code: 'E_NO_SESSION' });
  });

  it('counts as no session: a record without a cookie', async () => {
    const { id } = await nodes.newSession();
    await nodes.here.records.save(handleOf(id), 1, { n: 1 });
    expect(await nodes.load(id)).toBeNull();
  });

  it('rejects session data without a cookie with E_INVALID', async () => {
    const set = nodes.here.set(randomUUID(), { n: 1 } as SessionData);
    await expect(set).rejects.toMatchObject({ code: 'E_INVALID', errors: [{ field: 'cookie' }] });
  });
});
