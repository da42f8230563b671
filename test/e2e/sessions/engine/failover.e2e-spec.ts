import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineStack, type LocalEngine, startCluster, startSentinel } from '../../../../local/index.js';
import { installed, readinessOf, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { cookieOf, keyOf, type Visit, Visitors } from '../visitors.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
const PER_ACCOUNT = 10;
/** Hashing passwords takes all of a small machine for longer than a second, and nobody is to be promoted for that. */
const PATIENCE_MS = 5_000;

describe('sessions with a replica', () => {
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  let replica: LocalEngine;
  beforeAll(async () => {
    stack = await startSentinel(kind, { downAfterMilliseconds: PATIENCE_MS });
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

  /** Sessions of one account that a replica has. */
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

  /** How often the primary was told to wait for its replica. */
  async function waits(): Promise<number> {
    const stats = String(await stack.node('primary').command('INFO', 'commandstats'));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  it('answers a sign-out when a replica knows of it', async () => {
    const [visit] = await replicated(1);
    // On a busy machine the replica may be too slow for one; then it is not answered so.
    const isConfirmed = (await visitors.end(visit)).status === 204;
    const isForgotten = !(await isOnReplica(visit));
    expect(isForgotten || !isConfirmed).toBe(true);
  });

  it('answers 503 to a sign-out that no replica confirms, and ends the session all the same', async () => {
    const visit = await visitors.newVisit();
    await whileReplicaIsPaused(async () => {
      const { body, headers } = await visitors.end(visit);
      expect(body).toMatchObject({ status: 503, code: 'E_NOT_REPLICATED' });
      expect(headers['retry-after']).toBe('1');
      expect(await visitors.isSignedIn(visit)).toBe(false);
    });
  });

  it('waits once for a slow replica, however many sessions end, and nobody else’s requests fail', async () => {
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

  it('lets those who sign out at the same time share a wait', async () => {
    const visits = await replicated(PER_ACCOUNT);
    await whileReplicaIsPaused(async () => {
      const before = await waits();
      await Promise.all(visits.map((visit) => visitors.end(visit)));
      expect((await waits()) - before).toBeLessThan(PER_ACCOUNT / 2);
    });
  });

  it('signs in without a word from the replica, also where the oldest session ends for it', async () => {
    const [oldest] = await replicated(PER_ACCOUNT);
    await whileReplicaIsPaused(async () => {
      const newest = await visitors.signIn(oldest.session.username);
      expect(await visitors.isSignedIn(oldest)).toBe(false);
      expect(await visitors.devices(newest)).toHaveLength(PER_ACCOUNT);
    });
  });

  it('changes a password once a replica knows that the others have ended; until then it is as it was', async () => {
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

  it('gives a new id without a word from the replica when there is nobody else to sign out', async () => {
    const [visit] = await replicated(1);
    await whileReplicaIsPaused(async () => {
      const { headers } = await visitors.changePassword(visit, 'the next passphrase').expect(204);
      expect(await visitors.isSignedIn(visit)).toBe(false);
      expect(await visitors.isSignedIn({ cookie: cookieOf(headers) })).toBe(true);
    });
  });

  it('signs out while no replica is connected: there is none to wait for', async () => {
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

describe.each<[string, () => Promise<EngineStack>, string]>([
  ['Sentinel', () => startSentinel(kind, { downAfterMilliseconds: PATIENCE_MS }), 'primary'],
  ['a cluster', () => startCluster(kind, { nodeTimeoutMilliseconds: PATIENCE_MS }), 'shard-1'],
])('a failover on %s', (how, start, primary) => {
  const SESSIONS = 12;
  let stack: EngineStack;
  let node: TestNode;
  let visitors: Visitors;
  beforeAll(async () => {
    stack = await start();
    node = await startOn(productionSettings(await createDatabase(), stack.url));
    await until(async () => (await readinessOf(node)).status === 'ok');
    visitors = new Visitors(node);
  });
  afterAll(async () => {
    await node.close();
    await stack.stop();
  });

  it('keeps every answered sign-out; what it loses of the newest sign-ins and changes is counted', async () => {
    const usernames = await Promise.all(Array.from({ length: SESSIONS }, () => visitors.newAccount()));
    const signIn = (username: string) => visitors.signIn(username);
    const [leaving, changing] = [
      await Promise.all(usernames.map(signIn)),
      await Promise.all(usernames.map(signIn)),
    ];
    const signedOut = await acknowledged(leaving, 204, (visit) => visitors.end(visit));
    const changed = await acknowledged(changing, 200, (visit) => visitors.patch(visit, { theme: 'dark' }));
    const signedIn = await Promise.all(usernames.map(signIn));
    await stack.node(primary).kill();

    const after = async (visit: Visit) => {
      await until(async () => (await visitors.current(visit)).status !== 503, 20_000);
      return visitors.current(visit);
    };
    const lost = {
      signOuts: (await Promise.all(signedOut.map(after))).filter(({ status }) => status !== 401).length,
      changes: (await Promise.all(changed.map(after))).filter(({ body }) => body.data?.theme !== 'dark')
        .length,
      signIns: (await Promise.all(signedIn.map(after))).filter(({ status }) => status !== 200).length,
    };
    console.info(
      `failover on ${how}: lost ${lost.signOuts} of ${signedOut.length} sign-outs, ` +
        `${lost.changes} of ${changed.length} changes, ${lost.signIns} of ${signedIn.length} sign-ins`,
    );
    expect(signedOut.length).toBeGreaterThan(0);
    expect(lost.signOuts).toBe(0);
  }, 60_000);

  /** Those whose request was answered so. */
  async function acknowledged(
    visits: Visit[],
    wanted: number,
    ask: (visit: Visit) => PromiseLike<{ status: number }>,
  ): Promise<Visit[]> {
    const statuses = await Promise.all(visits.map(async (visit) => (await ask(visit)).status));
    return visits.filter((_visit, i) => statuses[i] === wanted);
  }
});
