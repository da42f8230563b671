import { randomUUID } from 'node:crypto';
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleOf } from '../../../../src/sessions/records/sessions.keys.js';
import { until } from '../../../support/until.js';
import { StoreNodes } from './store-nodes.js';

describe('SessionsStore.set with a copy of a loaded session', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  const copies: [string, (data: SessionData) => SessionData][] = [
    ['{ ...data }', (data) => ({ ...data })],
    ['structuredClone(data)', (data) => structuredClone(data)],
    ['JSON', (data) => JSON.parse(JSON.stringify(data)) as SessionData],
  ];

  it.each(copies)('saves a copy made by %s', async (_how, copy) => {
    const { id, data } = await nodes.newSession({ n: 1 });
    for (const n of [2, 3]) await nodes.here.set(id, { ...copy(data), n });
    expect(await nodes.load(id)).toMatchObject({ n: 3 });
  });

  it.each(copies)(
    'refuses a copy made by %s once the session was destroyed on any node',
    async (_how, copy) => {
      const { id, data } = await nodes.newSession({ n: 1 });
      await nodes.there.destroy(id);
      await until(() => nodes.here.records.ended.has(handleOf(id)));
      for (const store of [nodes.here, nodes.there]) {
        await expect(store.set(id, { ...copy(data), n: 2 })).rejects.toMatchObject({ code: 'E_NO_SESSION' });
      }
      expect(await nodes.server.command('EXISTS', nodes.keyOf(id))).toBe(0);
    },
  );

  it('keeps the changes of another node when it saves a shallow copy', async () => {
    const { id, data } = await nodes.newSession({ n: 1 });
    const other = await nodes.load(id, nodes.there);
    await nodes.there.set(id, { ...other, words: ['kept'] } as SessionData);
    await nodes.here.set(id, { ...data, n: 2 });
    expect(await nodes.load(id)).toMatchObject({ n: 2, words: ['kept'] });
  });

  it('saves a shallow copy of an ended session under a new id', async () => {
    const { id, data } = await nodes.newSession({ n: 1 });
    const next = randomUUID();
    await nodes.here.destroy(id);
    await nodes.here.set(next, { ...data });
    expect(await nodes.load(next)).toMatchObject({ n: 1 });
  });

  it('keeps all keys when concurrent requests create the same map', async () => {
    const { id } = await nodes.newSession();
    const copies = await Promise.all(
      Array.from({ length: 21 }, (_, i) => nodes.load(id, i % 2 ? nodes.here : nodes.there)),
    );
    await Promise.all(
      copies.map((copy, i) =>
        (i % 2 ? nodes.here : nodes.there).set(id, { ...copy, byWord: { [`w${i}`]: 1 } } as SessionData),
      ),
    );
    expect(Object.keys((await nodes.load(id))?.byWord ?? {})).toHaveLength(21);
  });

  it('refuses all(), ids(), length() and clear()', async () => {
    for (const call of ['all', 'ids', 'length', 'clear'] as const)
      await expect(nodes.here[call]()).rejects.toThrow('never listed by a scan');
  });
});
