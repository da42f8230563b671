import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreNodes } from './store-nodes.js';

describe('values in a session', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Date', new Date()],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['bytes', Buffer.from('x')],
    ['a bigint', 1n],
    ['an undefined item', [undefined]],
  ])(
    'are rejected with E_INVALID and the name of the field if JSON would change them: %s',
    async (_what, value) => {
      const { id, data } = await nodes.newSession({ n: 1 });
      const set = nodes.here.set(id, { ...data, n: { inner: value } });
      await expect(set).rejects.toMatchObject({
        code: 'E_INVALID',
        errors: [{ field: Array.isArray(value) ? 'n.inner.0' : 'n.inner' }],
      });
      expect(await nodes.load(id)).toMatchObject({ n: 1 });
    },
  );

  it.each<[string, unknown]>([
    ['a lone surrogate', '\ud800'],
    ['an own field named __proto__', JSON.parse('{"__proto__":{"x":1}}')],
    ['the largest number', Number.MAX_VALUE],
  ])('are saved unchanged: %s', async (_what, value) => {
    const { id, data } = await nodes.newSession();
    await nodes.here.set(id, { ...data, n: value });
    expect(JSON.stringify((await nodes.load(id))?.n)).toBe(JSON.stringify(value));
  });

  it('are removed where they are undefined', async () => {
    const { id, data } = await nodes.newSession({ n: 1, words: [] });
    await nodes.here.set(id, { ...data, n: undefined });
    expect(await nodes.load(id)).not.toHaveProperty('n');
  });
});
