import { randomBytes, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { handleOf, sessionKey } from '../../../../src/sessions/records/sessions.keys.js';
import { installed } from '../../../support/app.js';
import { until } from '../../../support/until.js';

declare module 'express-session' {
  interface SessionData {
    n: unknown;
    words: string[];
    byWord: Record<string, number>;
  }
}

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
const IDLE_SECONDS = 600;
const WRITERS = 40;

describe('the store under plain express-session', () => {
  const keyPrefix = randomUUID();
  const sealingKeys = [randomBytes(32).toString('base64')];
  const engines: RedisEngine[] = [];
  let server: LocalEngine;
  let here: SessionsStore;
  let there: SessionsStore;

  async function newStore(): Promise<SessionsStore> {
    const engine = new RedisEngine(parseEngineUrl(server.url), 10_000);
    engines.push(engine);
    engine.start();
    await until(() => engine.isReady);
    return new SessionsStore({
      engine,
      keyPrefix,
      sealingKeys,
      idleSeconds: IDLE_SECONDS,
      absoluteSeconds: 3600,
    });
  }
  beforeAll(async () => {
    server = await startEngine(kind);
    here = await newStore();
    there = await newStore();
  });
  afterAll(async () => {
    for (const engine of engines) engine.close();
    await server.stop();
  });

  const empty = (cookie: object = {}) =>
    ({ cookie: { originalMaxAge: null, ...cookie } }) as unknown as SessionData;
  const load = async (id: string, store = here) => (await store.get(id)) as SessionData | null;
  const keyOf = (id: string) => sessionKey(keyPrefix, handleOf(id));
  const ttlOf = async (id: string) => Number(await server.command('PTTL', keyOf(id)));

  async function newSession(
    fields: object = {},
    cookie: object = {},
  ): Promise<{ id: string; data: SessionData }> {
    const id = randomUUID();
    await here.set(id, { ...empty(cookie), ...fields });
    const data = await load(id);
    if (!data) throw new Error('The session is not there.');
    return { id, data };
  }

  /** As express-session loads it for a request. */
  async function newRequest(id: string): Promise<Request['session']> {
    const request = { sessionID: id, sessionStore: here } as unknown as Request;
    const data = await load(id);
    if (!data) throw new Error('The session is not there.');
    return here.createSession(request, data);
  }

  describe('saves a copy of a loaded session', () => {
    const copies: [string, (data: SessionData) => SessionData][] = [
      ['{ ...data }', (data) => ({ ...data })],
      ['structuredClone(data)', (data) => structuredClone(data)],
      ['JSON', (data) => JSON.parse(JSON.stringify(data)) as SessionData],
    ];

    it.each(copies)('made by %s', async (_how, copy) => {
      const { id, data } = await newSession({ n: 1 });
      for (const n of [2, 3]) await here.set(id, { ...copy(data), n });
      expect(await load(id)).toMatchObject({ n: 3 });
    });

    it.each(copies)('made by %s, but never once it was destroyed on any node', async (_how, copy) => {
      const { id, data } = await newSession({ n: 1 });
      await there.destroy(id);
      await until(() => here.records.ended.has(handleOf(id)));
      for (const store of [here, there]) {
        await expect(store.set(id, { ...copy(data), n: 2 })).rejects.toMatchObject({ code: 'E_NO_SESSION' });
      }
      expect(await server.command('EXISTS', keyOf(id))).toBe(0);
    });

    it('beside what others have changed meanwhile, where the copy is shallow', async () => {
      const { id, data } = await newSession({ n: 1 });
      const other = await load(id, there);
      await there.set(id, { ...other, words: ['kept'] } as SessionData);
      await here.set(id, { ...data, n: 2 });
      expect(await load(id)).toMatchObject({ n: 2, words: ['kept'] });
    });

    it('under a new id, with the cookie of the old one', async () => {
      const { id, data } = await newSession({ n: 1 });
      const next = randomUUID();
      await here.destroy(id);
      await here.set(next, { ...data });
      expect(await load(next)).toMatchObject({ n: 1 });
    });
  });

  describe('update', () => {
    it(`loses none of ${WRITERS} appended words and counts on two nodes`, async () => {
      const { id } = await newSession({ n: 0, words: [] });
      const add = (word: string) => (draft: Partial<SessionData>) => {
        draft.n = Number(draft.n) + 1;
        draft.words = [...(draft.words ?? []), word];
      };
      const writes = Array.from({ length: WRITERS }, (_, i) =>
        (i % 2 ? here : there).update(id, add(`word-${i}`)),
      );
      await Promise.all(writes);
      const saved = await load(id);
      expect([saved?.n, new Set(saved?.words).size]).toEqual([WRITERS, WRITERS]);
    });

    it('returns the session as saved, which can be changed and saved again', async () => {
      const { id } = await newSession();
      const saved = await here.update(id, (draft) => void (draft.n = 1));
      await here.set(id, Object.assign(saved, { n: 2 }));
      expect(await load(id)).toMatchObject({ n: 2 });
    });

    it('gives the session of a request its result, and saves what the request changed before', async () => {
      const { id } = await newSession({ n: 1 });
      const loaded = await newRequest(id);
      loaded.words = ['before'];
      await there.update(id, (draft) => void (draft.byWord = { other: 1 }));
      await here.updateLoaded(loaded, (draft) => void (draft.n = Number(draft.n) + 1));
      expect(loaded).toMatchObject({ n: 2, words: ['before'], byWord: { other: 1 } });
      expect(await load(id)).toMatchObject({ n: 2, words: ['before'], byWord: { other: 1 } });
    });

    it('changes nothing if the function fails or is asynchronous', async () => {
      const { id } = await newSession({ n: 1 });
      const failing = here.update(id, (draft) => {
        draft.n = 2;
        throw new Error('of this test');
      });
      await expect(failing).rejects.toThrow('of this test');
      const asynchronous = (async (draft: Partial<SessionData>) =>
        void (draft.n = 2)) as unknown as () => void;
      await expect(here.update(id, asynchronous)).rejects.toThrow('must be synchronous');
      expect(await load(id)).toMatchObject({ n: 1 });
    });

    it('answers E_NO_SESSION for a session that has ended', async () => {
      const { id } = await newSession();
      await here.destroy(id);
      await expect(here.update(id, () => undefined)).rejects.toMatchObject({ code: 'E_NO_SESSION' });
    });
  });

  it('keeps all keys of a map that requests at the same time create', async () => {
    const { id } = await newSession();
    const copies = await Promise.all(Array.from({ length: 21 }, (_, i) => load(id, i % 2 ? here : there)));
    await Promise.all(
      copies.map((copy, i) =>
        (i % 2 ? here : there).set(id, { ...copy, byWord: { [`w${i}`]: 1 } } as SessionData),
      ),
    );
    expect(Object.keys((await load(id))?.byWord ?? {})).toHaveLength(21);
  });

  describe('the cookie’s maxAge', () => {
    it('is kept, and is what is left of it when the session is loaded', async () => {
      const { id, data } = await newSession({}, { originalMaxAge: 5_000 });
      expect(data.cookie.originalMaxAge).toBe(5_000);
      const loaded = await newRequest(id);
      expect(loaded.cookie.originalMaxAge).toBe(5_000);
      expect(loaded.cookie.maxAge).toBeGreaterThan(0);
      expect(loaded.cookie.maxAge).toBeLessThanOrEqual(5_000);
    });

    it.each<[string, () => object]>([
      ['originalMaxAge', () => ({ originalMaxAge: 300 })],
      ['maxAge', () => ({ maxAge: 300 })],
      ['expires', () => ({ expires: new Date(Date.now() + 300) })],
      ['expires as text', () => ({ expires: new Date(Date.now() + 300).toISOString() })],
    ])('ends a session sooner than idleSeconds, given as %s', async (_how, cookie) => {
      const id = randomUUID();
      await here.set(id, empty({ originalMaxAge: undefined, ...cookie() }));
      expect(await ttlOf(id)).toBeLessThanOrEqual(300);
      await until(async () => (await load(id)) === null);
    });

    it.each<[string, (loaded: Request['session']) => void]>([
      ['maxAge', ({ cookie }) => void (cookie.maxAge = 20_000)],
      ['expires', ({ cookie }) => void (cookie.expires = new Date(Date.now() + 20_000))],
    ])('can be changed by %s: at the next save or touch', async (_how, change) => {
      for (const keep of ['set', 'touch'] as const) {
        const { id } = await newSession();
        const loaded = await newRequest(id);
        change(loaded);
        await here[keep](id, loaded as SessionData);
        expect(await ttlOf(id)).toBeLessThanOrEqual(20_000);
        expect((await newRequest(id)).cookie.originalMaxAge).toBeGreaterThan(19_000);
      }
    });

    it('never lengthens idleSeconds', async () => {
      const { id } = await newSession({}, { originalMaxAge: IDLE_SECONDS * 10_000 });
      expect(await ttlOf(id)).toBeLessThanOrEqual(IDLE_SECONDS * 1000);
    });

    it.each(['maxAge', 'expires'])('ends the session at once when %s is over', async (how) => {
      const { id } = await newSession();
      const loaded = await newRequest(id);
      if (how === 'maxAge') loaded.cookie.maxAge = 0;
      else loaded.cookie.expires = new Date(0);
      await here.touch(id, loaded as SessionData);
      expect(await load(id)).toBeNull();
    });

    it('is moved by use', async () => {
      const { id, data } = await newSession({}, { originalMaxAge: 1_000 });
      const endsAt = Date.parse(String(data.cookie.expires));
      while (Date.now() < endsAt) {
        const used = await load(id);
        if (used) await here.touch(id, used);
      }
      expect(await load(id)).not.toBeNull();
    });
  });

  describe('what is no session of this store', () => {
    const foreign: [string, (key: string) => string[]][] = [
      ['text, as connect-redis writes it', (key) => ['SET', key, '{"cookie":{}}']],
      ['a list', (key) => ['RPUSH', key, 'x']],
      ['a hash of other fields', (key) => ['HSET', key, 'other', 'x']],
    ];

    it.each(foreign)('counts as none and is replaced: %s', async (_what, write) => {
      const id = randomUUID();
      await server.command(...write(keyOf(id)));
      expect(await load(id)).toBeNull();
      await server.command(...write(keyOf(id)));
      await here.set(id, { ...empty(), n: 1 });
      expect(await load(id)).toMatchObject({ n: 1 });
    });

    it.each(foreign)('ends a session in whose place it is written: %s', async (_what, write) => {
      const { id, data } = await newSession();
      await server.command('DEL', keyOf(id));
      await server.command(...write(keyOf(id)));
      await expect(here.set(id, { ...data, n: 2 })).rejects.toMatchObject({ code: 'E_NO_SESSION' });
    });

    it('counts as none: a record without a cookie', async () => {
      const { id } = await newSession();
      await here.records.save(handleOf(id), 1, { n: 1 });
      expect(await load(id)).toBeNull();
    });

    it('is refused: data without a cookie', async () => {
      const set = here.set(randomUUID(), { n: 1 } as SessionData);
      await expect(set).rejects.toMatchObject({ code: 'E_INVALID', errors: [{ field: 'cookie' }] });
    });
  });

  describe('values that JSON would change', () => {
    it.each<[string, unknown]>([
      ['NaN', Number.NaN],
      ['Infinity', Number.POSITIVE_INFINITY],
      ['a Date', new Date()],
      ['a Map', new Map()],
      ['a Set', new Set()],
      ['bytes', Buffer.from('x')],
      ['a bigint', 1n],
      ['an undefined item', [undefined]],
    ])('are refused, with their field: %s', async (_what, value) => {
      const { id, data } = await newSession({ n: 1 });
      const set = here.set(id, { ...data, n: { inner: value } });
      await expect(set).rejects.toMatchObject({
        code: 'E_INVALID',
        errors: [{ field: Array.isArray(value) ? 'n.inner.0' : 'n.inner' }],
      });
      expect(await load(id)).toMatchObject({ n: 1 });
    });

    it.each<[string, unknown]>([
      ['half a surrogate pair', '\ud800'],
      ['an own field named __proto__', JSON.parse('{"__proto__":{"x":1}}')],
      ['the largest number', Number.MAX_VALUE],
    ])('are kept: %s', async (_what, value) => {
      const { id, data } = await newSession();
      await here.set(id, { ...data, n: value });
      expect(JSON.stringify((await load(id))?.n)).toBe(JSON.stringify(value));
    });

    it('remove a field that is undefined', async () => {
      const { id, data } = await newSession({ n: 1, words: [] });
      await here.set(id, { ...data, n: undefined });
      expect(await load(id)).not.toHaveProperty('n');
    });
  });

  it('refuses to list all sessions', async () => {
    for (const call of ['all', 'ids', 'length', 'clear'] as const)
      await expect(here[call]()).rejects.toThrow('never listed by a scan');
  });
});
