import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('are settled once the last one accepts writes, also if the new primary is replaced at once', async () => {
    const marks: string[] = [];
    const mark = (what: string) => {
      marks.push(what);
      return performance.now();
    };
    const run = (seconds: number) => wait(seconds * 1000);
    const { signal } = new AbortController();
    const lost = await engines.primaryNow();
    await engines.node(lost).kill();
    const promotions = Promotions.after(lost, engines, { scene: { signal }, load: { mark, run } });
    await promotions.settled();

    const first = await engines.primaryNow();
    engines.node(first).pause();
    await waitUntil('another replica is promoted', 30, async () => (await engines.primaryNow()) !== first);
    engines.node(first).resume();
    await promotions.run(1, 'recovers');

    const second = await engines.primaryNow();
    expect(await engines.node(second).command('SET', 'key', 'value')).toBe('OK');
    expect(await promotions.stop()).toMatchObject([{ primary: first }, { primary: second }]);
    expect(marks).toEqual(['promotion', 'accepts writes', 'another promotion', 'accepts writes again']);
  });
});
