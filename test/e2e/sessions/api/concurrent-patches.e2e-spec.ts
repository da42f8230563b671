import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { type Visit, Visitors } from '../visitors.js';

type Json = null | number | string | Json[] | { [name: string]: Json };

const RUNS = rounds(150);

/** Few names, so that patches collide; objects where other patches have text, arrays or nothing. */
const { object } = fc.letrec<{ any: Json; object: { [name: string]: Json } }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(null, 1, 'text', [1], [{ a: null }]),
    tie('object'),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), {
    depthIdentifier: 'nested',
    maxKeys: 3,
  }),
}));

describe('concurrent PATCH /api/sessions/current/data on two nodes', () => {
  let app: TestApp;
  let other: TestNode;
  let nodes: [Visitors, Visitors];
  beforeAll(async () => {
    app = await startApp();
    other = await app.startNode();
    nodes = [new Visitors(app), new Visitors(other)];
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  async function patchEach(visit: Visit, patches: object[]): Promise<void> {
    const send = async (patch: object, i: number) => {
      await nodes[i % 2 === 0 ? 0 : 1].patch(visit, patch).expect(200);
    };
    await Promise.all(patches.map(send));
  }

  it('keeps the fields of two patches that create the same object', async () => {
    const visit = await nodes[0].newVisit();
    for (let round = 0; round < 20; round++) {
      await nodes[0].patch(visit, { prefs: null }).expect(200);
      await patchEach(visit, [{ prefs: { theme: 'dark' } }, { prefs: { lang: 'de' } }]);
      expect((await nodes[0].current(visit)).body.data).toEqual({ prefs: { theme: 'dark', lang: 'de' } });
    }
  });

  it(`has the result of the patches in some order, ${RUNS} times`, { timeout: 60_000 }, async () => {
    const visit = await nodes[0].newVisit();
    const counts = { runs: 0, patches: 0, ordersMattered: 0 };
    const property = fc.asyncProperty(
      object,
      fc.array(object, { minLength: 2, maxLength: 5 }),
      async (before, patches) => {
        const { body } = await nodes[0].current(visit);
        const none = Object.fromEntries(Object.keys(body.data as object).map((name) => [name, null]));
        await nodes[0].patch(visit, none).expect(200);
        const start = (await nodes[0].patch(visit, before).expect(200)).body.data as Json;
        await patchEach(visit, patches);
        const { data } = (await nodes[1].current(visit)).body as { data: Json };
        const results = ordersOf(patches).map((order) => order.reduce<Json>(merged, start));
        counts.runs++;
        counts.patches += patches.length;
        if (new Set(results.map(sorted)).size > 1) counts.ordersMattered++;
        expect(results.map(sorted)).toContain(sorted(data));
      },
    );
    // One run in which the order matters, whatever the seed is.
    await fc.assert(property, { numRuns: RUNS, examples: [[{}, [{ a: 1 }, { a: 2 }]]] });
    console.info(`concurrent patches: ${JSON.stringify(counts)}`);
    expect(counts.ordersMattered).toBeGreaterThan(0);
  });
});

/** The pseudo code of RFC 7396, section 2. */
function merged(target: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map(Object.entries(isObject ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, merged(result.get(name) ?? null, value));
  }
  return Object.fromEntries(result);
}

function ordersOf<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((first, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

/** The same text for the same value, whatever the order of its members. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_name, member: Json) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
