import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineStack, type LocalEngine, startSentinel } from '../../../../local/index.js';
import type { CurrentSession } from '../../../../src/sessions/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { cookieOf, keyOf, type Visit, Visitors } from '../visitors.js';

/** Hashing passwords can occupy a small machine for more than a second, which must not cause a promotion. */
const DOWN_AFTER_MS = 5_000;
/** While the replica is paused, the primary accepts writes, as it does for two or three seconds after a cut. */
const SETTINGS = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '60'];
const UNAVAILABLE = { status: 503, code: 'E_ENGINE_UNAVAILABLE' };

describe('an app node whose servers refuse writes without a replica', () => {
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  let replica: LocalEngine;
  beforeAll(async () => {
    const options = { downAfterMilliseconds: DOWN_AFTER_MS, settings: SETTINGS };
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

  /** On a busy machine the replica may be too slow to confirm the first attempt. */
  async function newVisit(): Promise<Visit> {
    const username = await visitors.newAccount();
    const visits: Visit[] = [];
    await until(async () => {
      const { status, headers, body } = await visitors.attempt(username);
      if (status === 201) visits.push({ cookie: cookieOf(headers), session: body as CurrentSession });
      return status === 201;
    });
    return visits[0] as Visit;
  }

  /** The primary has lost its session. The replica has received all writes. */
  async function newUnknownVisit(): Promise<Visit> {
    const visit = await newVisit();
    await primary().command('DEL', keyOf(visit));
    await until(async () => {
      const info = String(await primary().command('INFO', 'replication'));
      const offset = /^master_repl_offset:(\d+)/m.exec(info)?.[1] ?? 'none';
      return info.includes(`offset=${offset},`);
    });
    return visit;
  }

  async function whileReplicaIsPaused<T>(task: () => Promise<T>): Promise<T> {
    replica.pause();
    try {
      return await task();
    } finally {
      replica.resume();
      await newVisit();
    }
  }

  it('answers 201 to a sign-in once a replica has the session', async () => {
    const visit = await newVisit();
    expect(await replica.command('EXISTS', keyOf(visit))).toBe(1);
  });

  it('answers 503 without a cookie to a sign-in that no replica confirms, and ends the session', async () => {
    const visit = await newVisit();
    const before = (await visitors.devices(visit)).length;
    await whileReplicaIsPaused(async () => {
      const { body, headers } = await visitors.attempt(visit.session.username);
      expect(body).toMatchObject(UNAVAILABLE);
      expect(headers['retry-after']).toBe('1');
      expect(headers).not.toHaveProperty('set-cookie');
    });
    expect(await visitors.devices(visit)).toHaveLength(before);
  });

  it('answers 503, not 401, to a session that the primary does not have, until a replica confirms that', async () => {
    const visit = await newUnknownVisit();
    await whileReplicaIsPaused(async () => {
      expect((await visitors.current(visit)).body).toMatchObject(UNAVAILABLE);
      // As a guest the visitor would be signed out.
      const { body, headers } = await visitors.patch(visit, { theme: 'dark' });
      expect(body).toMatchObject(UNAVAILABLE);
      expect(headers).not.toHaveProperty('set-cookie');
    });
    await until(async () => (await visitors.current(visit)).status === 401);
  });

  it('needs no replica to know a session that it has, or one that has ended here', async () => {
    const [ended, other] = [await newVisit(), await newVisit()];
    await until(async () => (await visitors.end(ended)).status !== 503);
    await whileReplicaIsPaused(async () => {
      expect(await visitors.areSignedIn([ended, other])).toEqual([false, true]);
    });
  });

  it('answers 503 to the end of all sessions of an account that no replica confirms', async () => {
    const visit = await newUnknownVisit();
    await whileReplicaIsPaused(async () => {
      const { body } = await visitors.endAllOf(visit.session.username);
      expect(body).toMatchObject({ status: 503, code: 'E_NOT_REPLICATED' });
    });
  });

  it('waits once for a slow replica, for many requests', async () => {
    const visit = await newUnknownVisit();
    await whileReplicaIsPaused(async () => {
      const before = await waits();
      const answers = await Promise.all(Array.from({ length: 20 }, () => visitors.current(visit)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      const count = (await waits()) - before;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(10);
    });
  });

  /** How many WAIT commands the primary got. */
  async function waits(): Promise<number> {
    const stats = String(await primary().command('INFO', 'commandstats'));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }
});
