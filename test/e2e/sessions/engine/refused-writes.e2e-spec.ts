import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../../local/index.js';
import { readinessOf, redisLike, startApp, type TestApp, type TestNode } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { keyOf, type Visit, Visitors } from '../visitors.js';

const MINUTES_AGO_MS = 180_000;

describe('while the session engine refuses writes', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let node: TestNode;
  let visitors: Visitors;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'refused-writes-'));
    await chmod(directory, 0o555);
    engine = await startEngine(redisLike(), { settings: ['--dir', directory] });
    app = await startApp();
    node = await app.startNode({ SESSION_ENGINE_URL: engine.url });
    visitors = new Visitors(node);
  });
  afterAll(async () => {
    await node.close();
    await app.close();
    await engine.stop();
    await rm(directory, { recursive: true });
  });

  const set = (name: string, value: string) => engine.command('CONFIG', 'SET', name, value);

  /** A session whose next request is due to touch it. */
  async function newDueVisit(): Promise<Visit> {
    const visit = await visitors.newVisit();
    await engine.command('HSET', keyOf(visit), 'lastSeenAt', `${Date.now() - MINUTES_AGO_MS}`);
    return visit;
  }

  /** Each refuses writes until its second function is called. */
  const refusals: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['it is full (OOM)', () => set('maxmemory', '1'), () => set('maxmemory', '0')],
    [
      'too few replicas are connected (NOREPLICAS)',
      () => set('min-replicas-to-write', '1'),
      () => set('min-replicas-to-write', '0'),
    ],
    [
      'it cannot save (MISCONF)',
      async () => {
        await set('stop-writes-on-bgsave-error', 'yes');
        await set('save', '3600 1');
        await engine.command('BGSAVE');
      },
      () => set('stop-writes-on-bgsave-error', 'no'),
    ],
  ];

  it.each(refusals)(
    'because %s, requests that only read their session succeed',
    async (_why, refuse, end) => {
      const visit = await newDueVisit();
      await refuse();
      try {
        await until(async () => (await readinessOf(node)).status === 'degraded');
        expect((await visitors.current(visit)).status).toBe(200);
        expect(await visitors.devices(visit)).toHaveLength(1);
        const { body } = await visitors.patch(visit, { theme: 'dark' });
        expect(body).toMatchObject({ status: 503, code: 'E_ENGINE_UNAVAILABLE' });
      } finally {
        await end();
      }
      await until(async () => (await readinessOf(node)).status === 'ok');
      await visitors.patch(visit, { theme: 'dark' }).expect(200);
    },
  );

  it('because it is full (OOM), sessions can still be ended', async () => {
    const visits = [await newDueVisit(), await newDueVisit()] as const;
    const other = await visitors.signIn(visits[1].session.username);
    await set('maxmemory', '1');
    try {
      await visitors.end(visits[0]).expect(204);
      const [device] = (await visitors.devices(visits[1])).filter(({ current }) => !current);
      await visitors.end(visits[1], `/${device?.handle}`).expect(204);
    } finally {
      await set('maxmemory', '0');
    }
    expect(await visitors.isSignedIn(visits[0])).toBe(false);
    expect(await visitors.isSignedIn(other)).toBe(false);
  });

  it('because too few replicas are connected (NOREPLICAS), a sign-out answers 503 and the session continues', async () => {
    const visit = await newDueVisit();
    await set('min-replicas-to-write', '1');
    const { body } = await visitors.end(visit);
    await set('min-replicas-to-write', '0');
    expect(body).toMatchObject({ status: 503, code: 'E_ENGINE_UNAVAILABLE' });
    expect(await visitors.isSignedIn(visit)).toBe(true);
    await visitors.end(visit).expect(204);
  });
});
