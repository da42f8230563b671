import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineStack, type LocalEngine, startSentinel } from '../../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { cookieOf, keyOf, type Visit, Visitors } from '../visitors.js';

const PER_ACCOUNT = 10;
/** Hashing passwords can occupy a small machine for more than a second, which must not cause a promotion. */
const DOWN_AFTER_MS = 5_000;

describe('sessions with a replica', () => {
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  let replica: LocalEngine;
  beforeAll(async () => {
    stack = await startSentinel(redisLike(), { downAfterMilliseconds: DOWN_AFTER_MS });
    node = await startOn({ ...productionSettings(await createDatabase(), stack.url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
    visitors = new Visitors(node);
    replica = stack.node('replica-1');
  });
  afterAll(async () => {
    await node.close();
    await stack.stop();
  });

  const isOnReplica = async (visit: Visit) => (await replica.command('EXISTS', keyOf(visit))) === 1;

  /** Signs in to one account, until the replica has all sessions. */
  async function replicated(count: number): Promise<[Visit, ...Visit[]]> {
    const first = await visitors.newVisit();
    const visits: [Visit, ...Visit[]] = [first];
    while (visits.length < count) visits.push(await visitors.signIn(first.session.username));
    await until(async () => (await Promise.all(visits.map(isOnReplica))).every(Boolean));
    return visits;
  }

  async function whileReplicaIsPaused<T>(task: () => Promise<T>): Promise<T> {
    replica.pause();
    try {
      return await task();
    } finally {
      replica.resume();
      await until(async () => (await visitors.end(await visitors.newVisit())).status === 204);
    }
  }

  /** How many WAIT commands the primary got. */
  async function waits(): Promise<number> {
    const stats = String(await stack.node('primary').command('INFO', 'commandstats'));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  it('answers 204 to a sign-out once a replica has confirmed it', async () => {
    const [visit] = await replicated(1);
    // On a busy machine the replica may be too slow; then the response is 503.
    const isConfirmed = (await visitors.end(visit)).status === 204;
    const isForgotten = !(await isOnReplica(visit));
    expect(isForgotten || !isConfirmed).toBe(true);
  });

  it('answers 503 to a sign-out that no replica confirms, and still ends the session', async () => {
    const visit = await visitors.newVisit();
    await whileReplicaIsPaused(async () => {
      const { body, headers } = await visitors.end(visit);
      expect(body).toMatchObject({ status: 503, code: 'E_NOT_REPLICATED' });
      expect(headers['retry-after']).toBe('1');
      expect(await visitors.isSignedIn(visit)).toBe(false);
    });
  });

  it('waits once for a slow replica, however many sessions end, without failing other requests', async () => {
    const [owner] = await replicated(PER_ACCOUNT);
    const bystander = await visitors.newVisit();
    await whileReplicaIsPaused(async () => {
      const before = await waits();
      const others = Array.from({ length: 20 }, () => visitors.current(bystander));
      const [{ body }, ...answers] = await Promise.all([visitors.end(owner, '?except=current'), ...others]);
      expect(body).toMatchObject({ code: 'E_NOT_REPLICATED' });
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(await waits()).toBe(before + 1);
    });
  });

  it('shares one wait among concurrent sign-outs', async () => {
    const visits = await replicated(PER_ACCOUNT);
    await whileReplicaIsPaused(async () => {
      const before = await waits();
      await Promise.all(visits.map((visit) => visitors.end(visit)));
      expect((await waits()) - before).toBeLessThan(PER_ACCOUNT / 2);
    });
  });

  it('signs in without waiting for the replica, also if the oldest session ends', async () => {
    const [oldest] = await replicated(PER_ACCOUNT);
    await whileReplicaIsPaused(async () => {
      const newest = await visitors.signIn(oldest.session.username);
      expect(await visitors.isSignedIn(oldest)).toBe(false);
      expect(await visitors.devices(newest)).toHaveLength(PER_ACCOUNT);
    });
  });

  it('changes a password only once a replica has confirmed the end of the other sessions', async () => {
    const [visit] = await replicated(2);
    const { username } = visit.session;
    await whileReplicaIsPaused(async () => {
      for (let tries = 0; tries < 2; tries++) {
        const { body } = await visitors.changePassword(visit, 'the next passphrase');
        expect(body).toMatchObject({ status: 503, code: 'E_NOT_REPLICATED' });
      }
      expect((await visitors.attempt(username)).status).toBe(201);
    });
    let cookie = '';
    await until(async () => {
      const { headers, status } = await visitors.changePassword(visit, 'the next passphrase');
      cookie = cookieOf(headers);
      return status === 204;
    });
    expect(await visitors.isSignedIn({ cookie })).toBe(true);
  });

  it('gives a new id without waiting for the replica if there is no other session', async () => {
    const [visit] = await replicated(1);
    await whileReplicaIsPaused(async () => {
      const { headers } = await visitors.changePassword(visit, 'the next passphrase').expect(204);
      expect(await visitors.isSignedIn(visit)).toBe(false);
      expect(await visitors.isSignedIn({ cookie: cookieOf(headers) })).toBe(true);
    });
  });

  it('signs out without waiting while no replica is connected', async () => {
    const visit = await visitors.newVisit();
    await replica.kill();
    await until(async () => JSON.stringify(await stack.node('primary').command('ROLE')).endsWith(',[]]'));
    const { status } = await visitors.end(visit);
    const isSignedIn = await visitors.isSignedIn(visit);
    await replica.restart();
    expect([status, isSignedIn]).toEqual([204, false]);
    await until(async () => (await visitors.end(await visitors.newVisit())).status === 204);
  });
});
