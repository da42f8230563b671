import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreNodes } from './store-nodes.js';

const WRITERS = 40;

describe('SessionsStore.update', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  it(`keeps all of ${WRITERS} concurrent appends and increments on two nodes`, async () => {
    const { id } = await nodes.newSession({ n: 0, words: [] });
    const add = (word: string) => (draft: Partial<SessionData>) => {
      draft.n = Number(draft.n) + 1;
      draft.words = [...(draft.words ?? []), word];
    };
    const writes = Array.from({ length: WRITERS }, (_, i) =>
      (i % 2 ? nodes.here : nodes.there).update(id, add(`word-${i}`)),
    );
    await Promise.all(writes);
    const saved = await nodes.load(id);
    expect([saved?.n, new Set(saved?.words).size]).toEqual([WRITERS, WRITERS]);
  });

  it('returns the saved session, which can be changed and saved again', async () => {
    const { id } = await nodes.newSession();
    const saved = await nodes.here.update(id, (draft) => void (draft.n = 1));
    await nodes.here.set(id, Object.assign(saved, { n: 2 }));
    expect(await nodes.load(id)).toMatchObject({ n: 2 });
  });

  it('saves earlier changes of the request as well, and updates its session object', async () => {
    const { id } = await nodes.newSession({ n: 1 });
    const loaded = await nodes.newRequest(id);
    loaded.words = ['before'];
    await nodes.there.update(id, (draft) => void (draft.byWord = { other: 1 }));
    await nodes.here.updateLoaded(loaded, (draft) => void (draft.n = Number(draft.n) + 1));
    expect(loaded).toMatchObject({ n: 2, words: ['before'], byWord: { other: 1 } });
    expect(await nodes.load(id)).toMatchObject({ n: 2, words: ['before'], byWord: { other: 1 } });
  });

  it('changes nothing if the function throws or is asynchronous', async () => {
    const { id } = await nodes.newSession({ n: 1 });
    const failing = nodes.here.update(id, (draft) => {
      draft.n = 2;
      throw new Error('of this test');
    });
    await expect(failing).rejects.toThrow('of this test');
    const asynchronous = (async (draft: Partial<SessionData>) => void (draft.n = 2)) as unknown as () => void;
    await expect(nodes.here.update(id, asynchronous)).rejects.toThrow('must be synchronous');
    expect(await nodes.load(id)).toMatchObject({ n: 1 });
  });

  it('rejects with E_NO_SESSION for an ended session', async () => {
    const { id } = await nodes.newSession();
    await nodes.here.destroy(id);
    await expect(nodes.here.update(id, () => undefined)).rejects.toMatchObject({ code: 'E_NO_SESSION' });
  });
});
