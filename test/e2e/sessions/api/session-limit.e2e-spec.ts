import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { keyOf, type Visit, Visitors } from '../visitors.js';

const RUNS = rounds(15);

describe('SESSIONS_PER_ACCOUNT', () => {
  let app: TestApp;
  const nodes: TestNode[] = [];
  let strict: [Visitors, Visitors];
  let generous: [Visitors, Visitors];
  beforeAll(async () => {
    app = await startApp();
    strict = [await startNode('1'), await startNode('1')];
    generous = [await startNode('3'), await startNode('3')];
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await app.close();
  });

  async function startNode(SESSIONS_PER_ACCOUNT: string): Promise<Visitors> {
    const node = await app.startNode({ SESSIONS_PER_ACCOUNT });
    nodes.push(node);
    return new Visitors(node);
  }

  async function alive(visits: Visit[]): Promise<number> {
    const answers = await Promise.all(visits.map((visit) => strict[0].isSignedIn(visit)));
    return answers.filter(Boolean).length;
  }

  it.each([2_000, -2_000, 86_400_000])(
    'never ends the newest session, with node clocks that differ by %i ms',
    async (skewMs) => {
      const [here, there] = strict;
      const username = await here.newAccount();
      const first = await here.signIn(username);
      const clock = vi.spyOn(Date, 'now');
      clock.mockReturnValue(Date.now() - skewMs);
      const second = await there.signIn(username);
      clock.mockRestore();
      expect([await here.isSignedIn(first), await here.isSignedIn(second)]).toEqual([false, true]);
    },
  );

  it('never ends the newest session, even if the other has a creation time in the future', async () => {
    const [here, there] = strict;
    const first = await here.newVisit();
    const future = `${Date.now() + 60_000}`;
    await (app.engine as LocalEngine).command('HSET', keyOf(first), 'createdAt', future);
    const second = await there.signIn(first.session.username);
    expect([await here.isSignedIn(first), await here.isSignedIn(second)]).toEqual([false, true]);
  });

  it(
    'leaves exactly as many sessions as allowed after concurrent sign-ins on two nodes',
    { timeout: 120_000 },
    async () => {
      const counts = { runs: 0, signIns: 0, ended: 0 };
      const property = fc.asyncProperty(
        fc.constantFrom([strict, 1] as const, [generous, 3] as const),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 2, max: 6 }),
        async ([both, most], before, atOnce) => {
          const username = await both[0].newAccount();
          const visits: Visit[] = [];
          for (let i = 0; i < before; i++) visits.push(await both[0].signIn(username));
          const signIns = Array.from({ length: atOnce }, (_, i) => both[i % 2 ? 0 : 1].signIn(username));
          visits.push(...(await Promise.all(signIns)));
          const left = await alive(visits);
          expect(left).toBe(Math.min(most, visits.length));
          counts.runs++;
          counts.signIns += visits.length;
          counts.ended += visits.length - left;
        },
      );
      await fc.assert(property, { numRuns: RUNS });
      console.info(`concurrent sign-ins: ${JSON.stringify(counts)}`);
    },
  );
});
