import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EngineStack,
  type LocalEngine,
  startSentinel,
  WRITES_NEED_A_REPLICA,
} from '../../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { keyOf, type Visit, Visitors } from '../visitors.js';

/** Hashing passwords can occupy a small machine for more than a second, which must not cause a promotion. */
const DOWN_AFTER_MS = 5_000;
const UNAVAILABLE = { status: 503, code: 'E_ENGINE_UNAVAILABLE' };

describe('sessions on servers whose writes need a replica', () => {
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  let replica: LocalEngine;
  beforeAll(async () => {
    const options = { downAfterMilliseconds: DOWN_AFTER_MS, settings: WRITES_NEED_A_REPLICA };
    stack = await startSentinel(redisLike(), options);
    node = await startOn({ ...productionSettings(await createDatabase(), stack.url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
    visitors = new Visitors(node);
    replica = stack.node('replica-1');
  });
  afterAll(async () => {
    await node.close();
    await stack.stop();
  });

  const primary = () => stack.node('primary');

  /** Its session is on another server, as far as this node can know. */
  async function newUnknownVisit(): Promise<Visit> {
    const visit = await visitors.newVisit();
    await primary().command('DEL', keyOf(visit));
    return visit;
  }

  async function whileReplicaIsPaused<T>(task: () => Promise<T>): Promise<T> {
    replica.pause();
    try {
      return await task();
    } finally {
      replica.resume();
      const username = await visitors.newAccount();
      await until(async () => (await visitors.attempt(username)).status === 201);
    }
  }

  it('answer 201 to a sign-in once a replica has the session', async () => {
    const visit = await visitors.newVisit();
    expect(await replica.command('EXISTS', keyOf(visit))).toBe(1);
  });

  it('answer 503 without a cookie to a sign-in that no replica confirms, and it leaves no session', async () => {
    const visit = await visitors.newVisit();
    await whileReplicaIsPaused(async () => {
      const { body, headers } = await visitors.attempt(visit.session.username);
      expect(body).toMatchObject(UNAVAILABLE);
      expect(headers['retry-after']).toBe('1');
      expect(headers).not.toHaveProperty('set-cookie');
    });
    expect(await visitors.devices(visit)).toHaveLength(1);
  });

  it('answer 503, never 401, to the cookie of a session that they do not have, until a replica confirms that', async () => {
    const visit = await newUnknownVisit();
    await whileReplicaIsPaused(async () => {
      expect((await visitors.current(visit)).body).toMatchObject(UNAVAILABLE);
      // As a guest the visitor would be signed out.
      const { body, headers } = await visitors.patch(visit, { theme: 'dark' });
      expect(body).toMatchObject(UNAVAILABLE);
      expect(headers).not.toHaveProperty('set-cookie');
    });
    expect((await visitors.current(visit)).status).toBe(401);
  });

  it('answer 401 to a session that has ended here, and 200 to one that they have, without a replica', async () => {
    const [ended, other] = [await visitors.newVisit(), await visitors.newVisit()];
    await until(async () => (await visitors.end(ended)).status === 204);
    await whileReplicaIsPaused(async () => {
      expect(await visitors.areSignedIn([ended, other])).toEqual([false, true]);
    });
  });

  it('share one wait for a slow replica', async () => {
    const visit = await newUnknownVisit();
    await whileReplicaIsPaused(async () => {
      const before = await waits();
      const answers = await Promise.all(Array.from({ length: 20 }, () => visitors.current(visit)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect((await waits()) - before).toBeLessThan(10);
    });
  });

  /** How many WAIT commands the primary got. */
  async function waits(): Promise<number> {
    const stats = String(await primary().command('INFO', 'commandstats'));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }
});
