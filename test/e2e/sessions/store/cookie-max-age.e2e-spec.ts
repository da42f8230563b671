import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../support/until.js';
import { emptySession, IDLE_SECONDS, StoreNodes } from './store-nodes.js';

describe('the maxAge of a session cookie', () => {
  let nodes: StoreNodes;
  beforeAll(async () => {
    nodes = await StoreNodes.start();
  });
  afterAll(() => nodes.close());

  it('is saved, and counts down from the last use when the session is loaded', async () => {
    const { id, data } = await nodes.newSession({}, { originalMaxAge: 5_000 });
    expect(data.cookie.originalMaxAge).toBe(5_000);
    const loaded = await nodes.newRequest(id);
    expect(loaded.cookie.originalMaxAge).toBe(5_000);
    expect(loaded.cookie.maxAge).toBeGreaterThan(0);
    expect(loaded.cookie.maxAge).toBeLessThanOrEqual(5_000);
  });

  it.each<[string, () => object]>([
    ['originalMaxAge', () => ({ originalMaxAge: 300 })],
    ['maxAge', () => ({ maxAge: 300 })],
    ['expires', () => ({ expires: new Date(Date.now() + 300) })],
    ['expires as text', () => ({ expires: new Date(Date.now() + 300).toISOString() })],
  ])('shortens the idle lifetime when it is set by %s', async (_how, cookie) => {
    const id = randomUUID();
    await nodes.here.set(id, emptySession({ originalMaxAge: undefined, ...cookie() }));
    expect(await nodes.ttlOf(id)).toBeLessThanOrEqual(300);
    await until(async () => (await nodes.load(id)) === null);
  });

  it.each<[string, (loaded: Request['session']) => void]>([
    ['maxAge', ({ cookie }) => void (cookie.maxAge = 20_000)],
    ['expires', ({ cookie }) => void (cookie.expires = new Date(Date.now() + 20_000))],
  ])('can be changed by %s at the next save or touch', async (_how, change) => {
    for (const keep of ['set', 'touch'] as const) {
      const { id } = await nodes.newSession();
      const loaded = await nodes.newRequest(id);
      change(loaded);
      await nodes.here[keep](id, loaded as SessionData);
      expect(await nodes.ttlOf(id)).toBeLessThanOrEqual(20_000);
      expect((await nodes.newRequest(id)).cookie.originalMaxAge).toBeGreaterThan(19_000);
    }
  });

  it('never extends the idle lifetime beyond idleSeconds', async () => {
    const { id } = await nodes.newSession({}, { originalMaxAge: IDLE_SECONDS * 10_000 });
    expect(await nodes.ttlOf(id)).toBeLessThanOrEqual(IDLE_SECONDS * 1000);
  });

  it.each(['maxAge', 'expires'])('ends the session at once when %s is in the past', async (how) => {
    const { id } = await nodes.newSession();
    const loaded = await nodes.newRequest(id);
    if (how === 'maxAge') loaded.cookie.maxAge = 0;
    else loaded.cookie.expires = new Date(0);
    await nodes.here.touch(id, loaded as SessionData);
    expect(await nodes.load(id)).toBeNull();
  });

  it('starts again at each use', async () => {
    const { id, data } = await nodes.newSession({}, { originalMaxAge: 1_000 });
    const endsAt = Date.parse(String(data.cookie.expires));
    while (Date.now() < endsAt) {
      const used = await nodes.load(id);
      if (used) await nodes.here.touch(id, used);
    }
    expect(await nodes.load(id)).not.toBeNull();
  });
});
