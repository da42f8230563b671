import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, type LocalServer, startEngine, startFaultProxy } from '../../local/index.js';
import { EngineError, MemcachedEngine, parseEngineUrl } from '../../src/engine/index.js';
import { elapsed } from '../support/elapsed.js';
import { until } from '../support/until.js';
import { failureOf, outcomeOf } from './engine-trial.js';

const DEADLINE_MS = 1_000;
const SHORT_DEADLINE_MS = 200;
const LATE_MS = 50;
/** An item is a megabyte with its key and what Memcached notes about it. */
const LARGEST_VALUE = 1_048_576 - 2_048;
const LONGEST_KEY = 250;

/** What Memcached promises to the query cache, on one node or several. */
export function describeMemcachedContract(name: string, nodes: number): void {
  describe(`an engine on Memcached, ${name}`, () => {
    let servers: LocalServer[];
    let engine: MemcachedEngine;
    let prefix: string;
    const closing: (() => unknown)[] = [];
    beforeAll(async () => {
      servers = await Promise.all(Array.from({ length: nodes }, () => startEngine('memcached')));
      engine = connect();
      await until(() => engine.isReady);
    });
    beforeEach(async () => {
      prefix = randomUUID();
      await until(async () =>
        (await Promise.all(keys(20).map((key) => outcomeOf(set(key, ''))))).every(isDone),
      );
    });
    afterAll(async () => {
      engine.close();
      await Promise.all(servers.map((server) => server.stop()));
    });

    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    });

    function connect(to: readonly { port: number }[] = servers, deadlineMs = DEADLINE_MS): MemcachedEngine {
      const hosts = to.map(({ port }) => `127.0.0.1:${port}`).join(',');
      const engine = new MemcachedEngine(parseEngineUrl(`memcached://${hosts}`), deadlineMs);
      engine.start();
      return engine;
    }

    /** Through a network that can fail; its engine is closed after the test. */
    async function connectThroughProxies() {
      const proxies = await Promise.all(servers.map((target) => startFaultProxy({ target })));
      closing.push(() => Promise.all(proxies.map((proxy) => proxy.stop())));
      return {
        proxies,
        connect: () => {
          const engine = connect(proxies, SHORT_DEADLINE_MS);
          closing.push(() => engine.close());
          return engine;
        },
      };
    }

    const outcomesOn = (engine: MemcachedEngine, keys: string[]) =>
      Promise.all(keys.map((key) => outcomeOf(engine.settle('get', () => engine.client.get(key)))));

    const { stringify } = JSON;
    const keys = (count: number) => Array.from({ length: count }, (_, i) => `${prefix}:${i}`);
    const isDone = (outcome: string) => outcome === 'done';
    const set = (key: string, value: string | Buffer, options = {}) =>
      engine.settle('set', () => engine.client.set(key, value, options));
    const get = async (key: string) => (await engine.settle('get', () => engine.client.get(key))).value;
    const textOf = async (key: string) => (await get(key))?.toString() ?? null;

    it('answers null for what is not there', async () => {
      expect(await get(`${prefix}:missing`)).toBeNull();
    });

    it('keeps values, on whichever node', async () => {
      await Promise.all(keys(50).map((key, i) => set(key, stringify({ i }))));
      expect(await Promise.all(keys(50).map(textOf))).toEqual(keys(50).map((_, i) => stringify({ i })));
    });

    it('keeps bytes that are no text, and the empty value', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await set(`${prefix}:bytes`, bytes);
      await set(`${prefix}:empty`, '');
      expect(await get(`${prefix}:bytes`)).toEqual(bytes);
      expect(await textOf(`${prefix}:empty`)).toBe('');
    });

    it('adds only what is not there', async () => {
      const add = (value: string) =>
        engine.settle('add', () => engine.client.add(`${prefix}:added`, value, { expires: 60 }));
      expect(await Promise.all([add('first'), add('second')])).toEqual([true, false]);
      expect(await textOf(`${prefix}:added`)).toBe('first');
    });

    it('counts, from the beginning that is given', async () => {
      const increment = () =>
        engine.settle('increment', () =>
          engine.client.increment(`${prefix}:count`, 1, { initial: 10, expires: 60 }),
        );
      const counts = await Promise.all(Array.from({ length: 20 }, increment));
      expect(counts.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, i) => 10 + i));
    });

    it('deletes, and says whether there was something', async () => {
      const remove = () => engine.settle('delete', () => engine.client.delete(`${prefix}:deleted`));
      await set(`${prefix}:deleted`, 'value');
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await get(`${prefix}:deleted`)).toBeNull();
    });

    it('lets values expire after whole seconds', async () => {
      await set(`${prefix}:short`, 'value', { expires: 1 });
      await set(`${prefix}:long`, 'value', { expires: 60 });
      await until(async () => (await get(`${prefix}:short`)) === null);
      expect(await textOf(`${prefix}:long`)).toBe('value');
    });

    it('keeps values of nearly a megabyte, and fails for one of more without harm', async () => {
      const large = randomBytes(LARGEST_VALUE);
      await set(`${prefix}:large`, large);
      expect(large.equals((await get(`${prefix}:large`)) ?? Buffer.alloc(0))).toBe(true);
      const failure = await failureOf(() => set(`${prefix}:too-large`, randomBytes(1_048_577)));
      expect(failure).toBeInstanceOf(EngineError);
      expect(failure).toMatchObject({ outcome: 'failed' });
      expect(await textOf(`${prefix}:too-large`)).toBeNull();
      expect(engine.report()).toMatchObject({ state: 'ready' });
    });

    it(`takes keys of ${LONGEST_KEY} bytes`, async () => {
      const longest = keys(10).map((key) => key.padEnd(LONGEST_KEY, 'x'));
      await Promise.all(longest.map((key) => set(key, key)));
      expect(await Promise.all(longest.map(textOf))).toEqual(longest);
    });

    it('says what it is', () => {
      expect(engine.report()).toMatchObject({
        kind: 'memcached',
        topology: 'standalone',
        state: 'ready',
        reason: null,
        breaker: 'closed',
      });
    });

    it('settles by the deadline of the call where it has one', async () => {
      for (const server of servers) server.pause();
      const get = () =>
        outcomeOf(engine.settle('get', () => engine.client.get(`${prefix}:paused`), { deadlineMs: 50 }));
      const { ms, result: outcome } = await elapsed(get);
      for (const server of servers) server.resume();
      expect(outcome).toMatch(/^(unknown|refused)$/);
      expect(ms).toBeLessThan(50 + LATE_MS);
    });

    it.runIf(nodes > 1)(
      'goes on with the keys of the other nodes when one is lost, and says which',
      async () => {
        const before = keys(100);
        await Promise.all(before.map((key) => set(key, key)));
        const [lost] = servers;
        await lost?.kill();
        const found = () => Promise.all(before.map((key) => textOf(key).catch(() => 'failed')));
        await until(() => engine.report().reason !== null);
        expect(engine.report()).toMatchObject({
          state: 'ready',
          reason: expect.stringContaining(`127.0.0.1:${lost?.port}`),
        });
        const answers = await found();
        const kept = before.filter((key, i) => answers[i] === key);
        expect(kept.length).toBeGreaterThan(20);
        expect(kept.length).toBeLessThan(80);
        await Promise.all(kept.map(async (key) => expect(await textOf(key)).toBe(key)));
        await lost?.restart();
        await until(() => engine.report().reason === null);
        expect(new Set(await found())).toEqual(new Set([...kept, null]));
      },
    );

    it.runIf(nodes > 1)(
      'goes on with the keys of the other nodes while one is paused, and leaves no connection behind',
      async () => {
        const [paused] = servers;
        const engine = connect(servers, SHORT_DEADLINE_MS);
        closing.push(() => engine.close());
        await until(() => engine.isReady);
        const ofPaused = (key: string) => String(engine.client.server(key)).includes(`:${paused?.port}>`);
        const [its, others] = [keys(40).filter(ofPaused), keys(40).filter((key) => !ofPaused(key))];
        const sockets = openSockets();
        paused?.pause();
        closing.push(() => paused?.resume());
        expect(new Set(await outcomesOn(engine, its))).toEqual(new Set(['unknown']));
        expect(engine.report()).toMatchObject({ state: 'ready', breaker: 'open' });
        // Long enough for it to be asked again, and again.
        for (const until = performance.now() + 2_000; performance.now() < until; await delay(10)) {
          const [refused, done] = await Promise.all([outcomesOn(engine, its), outcomesOn(engine, others)]);
          expect([new Set(refused), new Set(done)]).toEqual([new Set(['refused']), new Set(['done'])]);
        }
        expect(openSockets()).toBeLessThanOrEqual(sockets);
        engine.close();
        await expect.poll(openSockets).toBeLessThanOrEqual(sockets - nodes);
      },
    );

    it.each<[string, (proxy: FaultProxy) => void]>([
      ['half-open', (proxy) => proxy.drop()],
      ['slower by 500 ms', (proxy) => proxy.delay(500)],
    ])(
      'settles every call by its deadline while the network is %s, and is back when it heals',
      async (_how, fail) => {
        const { proxies, connect } = await connectThroughProxies();
        const engine = connect();
        await until(() => engine.isReady);
        proxies.forEach(fail);
        while (engine.isReady) {
          const { ms, result: outcomes } = await elapsed(() => outcomesOn(engine, keys(10)));
          expect(ms).toBeLessThan(SHORT_DEADLINE_MS + LATE_MS);
          expect(outcomes).not.toContain('done');
        }
        expect(new Set(await outcomesOn(engine, keys(10)))).toEqual(new Set(['refused']));
        await Promise.all(proxies.map((proxy) => proxy.heal()));
        await until(async () => (await outcomesOn(engine, keys(10))).every(isDone));
        expect(engine.report()).toMatchObject({ state: 'ready', reason: null, breaker: 'closed' });
      },
    );

    it('refuses when the connection is refused at boot, and is ready when it is not', async () => {
      const { proxies, connect } = await connectThroughProxies();
      for (const proxy of proxies) proxy.refuse();
      const engine = connect();
      expect(await engine.firstAttempt).toEqual({ isWrongUrl: false });
      expect(engine.report()).toMatchObject({ state: 'down', reason: expect.stringMatching(/is refused/) });
      expect(new Set(await outcomesOn(engine, keys(10)))).toEqual(new Set(['refused']));
      await Promise.all(proxies.map((proxy) => proxy.heal()));
      await until(async () => (await outcomesOn(engine, keys(10))).every(isDone));
    });

    it('reads no reply of a connection as that of another', async () => {
      const { proxies, connect } = await connectThroughProxies();
      const engine = connect();
      await until(() => engine.isReady);
      const large = keys(4);
      await Promise.all(large.map((key) => set(key, key.padEnd(500_000, 'x'))));
      const cut = outcomesOn(engine, large);
      for (const proxy of proxies) proxy.reset();
      expect(new Set(await cut)).not.toContain('done');
      const get = (key: string) => engine.settle('get', () => engine.client.get(key)).catch(() => null);
      await until(async () => (await Promise.all(large.map(get))).every((found) => found?.value));
      for (const key of large) expect(String((await get(key))?.value).slice(0, key.length)).toBe(key);
    });

    it('refuses at once while no node is there, and is back when they are', async () => {
      await Promise.all(servers.map((server) => server.kill()));
      await until(() => !engine.isReady);
      const { ms, result: outcomes } = await elapsed(() =>
        Promise.all(keys(200).map((key) => outcomeOf(set(key, 'value')))),
      );
      expect(new Set(outcomes)).toEqual(new Set(['refused']));
      expect(ms).toBeLessThan(DEADLINE_MS / 2);
      await Promise.all(servers.map((server) => server.restart()));
      await until(() => engine.isReady);
    });

    it('refuses once closed', async () => {
      const closing = connect();
      await until(() => closing.isReady);
      closing.close();
      const call = () => closing.settle('get', () => closing.client.get(`${prefix}:closed`));
      expect(await outcomeOf(call())).toBe('refused');
    });
  });
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCPSocket')).length;
}
