import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SessionData } from 'express-session';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';

type Data = SessionData & { words: string[]; byWord: Record<string, number> };

const RUNS = 100;

/** What a caller may do to its object after the call. */
const MUTATIONS: readonly ((data: Data) => void)[] = [
  (data) => data.words.push('later'),
  (data) => (data.byWord['later'] = 1),
  (data) => (data.words = ['other']),
  (data) => Object.assign(data, { words: undefined }),
  (data) => (data.cookie.originalMaxAge = 1),
];

const words = fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 });
const write = fc.record({
  data: fc.record({ words, byWord: fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(9)) }),
  node: fc.integer({ min: 0, max: 1 }),
  mutations: fc.array(fc.integer({ min: 0, max: MUTATIONS.length - 1 }), { minLength: 1, maxLength: 4 }),
});

describe('session data passed to SessionsStore.set', () => {
  const shared = { keyPrefix: randomUUID(), sealingKeys: [randomBytes(32).toString('base64')] };
  const engines: RedisEngine[] = [];
  const stores: SessionsStore[] = [];
  let server: LocalEngine;

  beforeAll(async () => {
    server = await startTestEngine(redisLike());
    for (let node = 0; node < 2; node++) {
      const engine = new RedisEngine(parseEngineUrl(server.url), 10_000);
      engines.push(engine);
      engine.start();
      await until(() => engine.isReady);
      stores.push(new SessionsStore({ engine, ...shared, idleSeconds: 600, absoluteSeconds: 3_600 }));
    }
  });
  afterAll(async () => {
    for (const engine of engines) engine.close();
    await server.stop();
  });

  async function set(
    id: string,
    { data, node, mutations }: typeof write extends fc.Arbitrary<infer W> ? W : never,
  ) {
    const mine = { cookie: { originalMaxAge: null }, ...structuredClone(data) } as unknown as Data;
    const saved = stores[node]!.set(id, mine);
    for (const mutation of mutations) {
      try {
        MUTATIONS[mutation]!(mine);
      } catch {
        // An earlier mutation has removed the field.
      }
      await nextTurn();
    }
    await saved;
  }

  it('is copied at the call, so the caller may change its object right afterwards', async () => {
    let writes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 4 }), async (all) => {
        const id = randomUUID();
        writes += all.length;
        for (const one of all) await set(id, one);
        const { words: kept, byWord, cookie } = (await stores[0]!.get(id)) as Data;
        expect({ words: kept, byWord }).toEqual(all.at(-1)!.data);
        expect(cookie.originalMaxAge).toBeNull();
      }),
      { numRuns: RUNS },
    );
    console.log(`${writes} calls of set with data that changed right afterwards`);
  });

  it('is saved as it was at the call also when two calls run at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(write, write, async (one, two) => {
        const id = randomUUID();
        await stores[0]!.set(id, { cookie: { originalMaxAge: null } } as SessionData);
        const outcomes = await Promise.allSettled([set(id, one), set(id, two)]);
        expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
        const { words: kept, byWord } = (await stores[0]!.get(id)) as Data;
        expect([one.data.words, two.data.words]).toContainEqual(kept);
        for (const [name, count] of Object.entries(byWord))
          expect([one.data.byWord[name], two.data.byWord[name]]).toContain(count);
      }),
      { numRuns: RUNS },
    );
  });
});
