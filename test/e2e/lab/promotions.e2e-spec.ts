import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Promotions } from '../../../lab/experiments/promotions.js';
import { type EngineStack, startSentinel, WRITES_NEED_A_REPLICA } from '../../../local/index.js';
import { waitUntil } from '../../../local/stacks/readiness.js';
import { redisLike } from '../../support/app.js';

describe('the promotions after the loss of a primary', () => {
  let engines: EngineStack;

  beforeAll(async () => {
    engines = await startSentinel(redisLike(), { settings: WRITES_NEED_A_REPLICA, replicas: 2 });
  });

  afterAll(() => engines.stop());

  it(
    'are settled once the last one accepts writes, also if the new primary is replaced at once',
    { timeout: 180_000 },
    async () => {
      const marks: string[] = [];
      const mark = (what: string) => {
        marks.push(what);
        return performance.now();
      };
      const run = (seconds: number) => wait(seconds * 1000);
      const over = new AbortController();
      const scene = { signal: over.signal, start: <T>(starting: Promise<T>) => starting };
      onTestFinished(() => over.abort());
      const lost = await engines.primaryNow();
      await engines.node(lost).kill();
      const promotions = await Promotions.after(lost, engines, { scene, load: { mark, run } });
      await promotions.settled();

      const first = await engines.primaryNow();
      const before = marks.length;
      engines.node(first).pause();
      await waitUntil('another replica is promoted', 30, async () => marks.length > before);
      engines.node(first).resume();
      await promotions.run(1, 'recovers');

      const second = await engines.primaryNow();
      expect(await engines.node(second).command('SET', 'key', 'value')).toBe('OK');
      // On a busy machine there can be more of them.
      const seen = await promotions.stop();
      expect(seen.map(({ primary }) => primary)).toContain(first);
      expect(seen.at(-1)).toEqual({
        primary: second,
        promotedAt: expect.any(Number),
        acceptsAt: expect.any(Number),
      });
      expect(marks[0]).toBe('promotion');
      expect(marks.at(-1)).toBe('accepts writes again');
    },
  );
});
