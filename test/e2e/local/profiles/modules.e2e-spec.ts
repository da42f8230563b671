import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type LocalServer,
  type Profile,
  PROFILES,
  type RunningProfile,
  startEngine,
  startProfile,
} from '../../../../local/index.js';
import { installed, readinessOf, redisLike, startOn, type TestNode } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { asGameServer, asOperator, patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { score } from '../../leaderboard/board-app.js';
import { Visitors } from '../../sessions/visitors.js';

const QUERY = '/api/flights/routes/ATL?limit=3';

/** A short way through the three modules. `npm run test:profiles` runs their whole suites. */
describe.each(PROFILES.filter(({ kinds }) => installed(...kinds).length > 0))(
  'the modules on $name',
  (profile) => {
    let servers: Servers;
    let here: TestNode;
    let there: TestNode;
    beforeAll(async () => {
      servers = await startServers(profile);
      const settings = { ...productionSettings(await createDatabase(), servers.url), ...patient };
      const startNode = () => startOn({ ...settings, CACHE_ENGINE_URL: servers.cacheUrl });
      [here, there] = [await startNode(), await startNode()];
      await until(() => areReady(here, there));
    });
    afterAll(async () => {
      await Promise.all([here.close(), there.close()]);
      await servers.stop();
    });

    it('work, and lack what the profile says and nothing else', async () => {
      const { engines } = await readinessOf(here);
      const missing = engines.flatMap(({ missingCommands }) => missingCommands.map(({ command }) => command));
      const lacks = profile.lacks.map(({ what }) => what).filter((what) => !what.endsWith(' in scripts'));
      expect(missing.toSorted()).toEqual(lacks.toSorted());
      expect(engines.map(({ state }) => state)).toEqual(engines.map(() => 'ready'));
    });

    it('share sessions, and end them on every node', async () => {
      const [ours, theirs] = [new Visitors(here), new Visitors(there)];
      const [phone, laptop] = await ours.threeDevices();
      await ours.patch(phone, { seen: 1 }).expect(200);
      expect(await theirs.areSignedIn([phone, laptop])).toEqual([true, true]);
      await theirs.end(phone, '?except=current').expect(200);
      expect(await ours.areSignedIn([phone, laptop])).toEqual([true, false]);
    });

    it('answer queries from memory, and invalidate them on every node', async () => {
      const read = async ({ url }: TestNode) =>
        (await request(url).get(QUERY).expect(200)).headers['cache-status'];
      await until(async () => /; hit/.test((await read(here)) ?? ''));
      expect(await read(there)).toMatch(/; hit/);
      const invalidations = request(here.url).post('/api/query-cache/invalidations');
      await invalidations.set(asOperator).send({ tag: 'airport:ATL' }).expect(200);
      expect(await read(here)).not.toMatch(/; hit/);
      expect(await read(there)).toMatch(/; hit/);
    });

    it('rank scores, and show them on every node', async () => {
      const board = `/api/leaderboards/board-${randomUUID()}`;
      await request(here.url).put(board).set(asGameServer).send({}).expect(200);
      const scores = [score('ada', 7), score('bob', 9)];
      await request(here.url).post(`${board}/scores`).set(asGameServer).send(scores).expect(200);
      await until(async () => {
        const { body } = await request(there.url).get(board).expect(200);
        return (
          JSON.stringify(body.entries?.map((entry: { playerId: string }) => entry.playerId)) ===
          '["bob","ada"]'
        );
      });
      const { body } = await request(there.url).get(`${board}/players/ada`).expect(200);
      expect(body).toMatchObject({ rank: 2, score: 7 });
    });

    it('are ready again after the service closed all connections', async () => {
      const visit = await new Visitors(here).newVisit();
      servers.profile.disconnect();
      // A node notices only by a call that a connection is closed.
      for (const node of [here, there])
        await until(async () => (await new Visitors(node).current(visit)).status === 200);
      await until(() => areReady(here, there));
      expect(await new Visitors(here).isSignedIn(visit)).toBe(true);
    });
  },
);

interface Servers {
  profile: RunningProfile;
  url: string;
  cacheUrl: string;
  stop(): Promise<void>;
}

/** Memcached is for the query cache alone. Sessions and boards use Valkey or Redis beside it. */
async function startServers({ name, kinds }: Profile): Promise<Servers> {
  const [kind = 'valkey'] = kinds.includes(redisLike()) ? [redisLike()] : kinds;
  const profile = await startProfile(name, { kind });
  const beside: LocalServer | undefined = kind === 'memcached' ? await startEngine(redisLike()) : undefined;
  return {
    profile,
    url: beside?.url ?? profile.url,
    cacheUrl: profile.url,
    stop: async () => {
      await profile.stop();
      await beside?.stop();
    },
  };
}

async function areReady(...nodes: TestNode[]): Promise<boolean> {
  const readiness = await Promise.all(nodes.map(readinessOf));
  return readiness.every(({ status }) => status === 'ok');
}
