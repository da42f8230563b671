import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreNodes } from './store-nodes.js';

describe('touch', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  it('calls back at once when nothing is due, so that express-session sends its response in one write', async () => {
    const { id } = await nodes.newSession();
    const loaded = await nodes.newRequest(id);
    const calls: unknown[] = [];
    void nodes.here.touch(id, loaded as SessionData, (error?: unknown) => calls.push(error));
    expect(calls).toEqual([null]);
  });

  it('calls back after the write when the cookie has a new lifetime', async () => {
    const { id } = await nodes.newSession();
    const loaded = await nodes.newRequest(id);
    loaded.cookie.maxAge = 20_000;
    const written = new Promise<number>((resolve) => {
      void nodes.here.touch(id, loaded as SessionData, () => void nodes.ttlOf(id).then(resolve));
    });
    expect(await written).toBeLessThanOrEqual(20_000);
  });
});
