import { Logger } from '@nestjs/common';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Profile,
  PROFILES,
  type RunningProfile,
  startEngine,
  startProfile,
} from '../../../local/index.js';
import { installed, readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { type Answer, RequestLoad } from '../../support/request-load/request-load.js';
import { patient, productionSettings, type Settings } from '../../support/settings.js';
import { until } from '../../support/until.js';

Logger.overrideLogger(false);

const HUNG_MS = 5_000;
const REQUESTS_AFTER_EACH = 400;

type Change = (service: RunningProfile) => Promise<unknown>;

const REPLACED: Change = async (service) => service.replaceNode(await service.primaryNow());
const FAILED_OVER: Change = (service) => service.failover();
/** As at the end of the life of its connections. */
const DISCONNECTED: Change = (service) => Promise.resolve(service.disconnect());

const SCALED_OUT: Partial<Record<Profile['shape'], Change>> = {
  cluster: async ({ cluster }) => {
    const shard = await cluster?.addShard();
    if (cluster && shard) await cluster.moveSlots('shard-1', shard, 2_000);
  },
  discovery: ({ memcached }) => Promise.resolve(memcached?.addNode()),
};

/** What happens to the caches of a profile. A service with one endpoint scales behind it, without any change for clients. */
function changesOf({ shape, kinds }: Profile): [name: string, change: Change][] {
  const scaledOut = SCALED_OUT[shape];
  return [
    ['a node is replaced', REPLACED],
    ...(kinds.includes('memcached') ? [] : [['a failover', FAILED_OVER] as [string, Change]]),
    ...(scaledOut ? [['scaled out', scaledOut] as [string, Change]] : []),
    ['all connections are closed', DISCONNECTED],
  ];
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const isOffered = ({ kinds }: Profile) => installed(...kinds).length > 0;

describe.each(PROFILES.filter(isOffered).map((profile) => [profile.name, profile] as const))(
  'the application on %s, with 200 requests a second',
  (name, profile) => {
    it('hangs no request, fails no cached query and loses no score when nodes change', async () => {
      const { service, node } = await start(profile);
      const load = await RequestLoad.on(node);
      load.start();
      for (const [what, change] of changesOf(profile)) {
        const before = load.answers.length;
        await load.more(REQUESTS_AFTER_EACH);
        await change(service);
        await load.more(REQUESTS_AFTER_EACH);
        console.log(`${name}: ${what}: ${summaryOf(load.answers.slice(before))}`);
      }
      const answers = await load.stop();
      const isHung = ({ status, ms }: Answer) => status === 0 || ms > HUNG_MS;
      expect(answers.filter(isHung)).toEqual([]);
      expect(failuresOf(answers, 'flight', [200])).toEqual([]);
      expect(failuresOf(answers, 'board', [200])).toEqual([]);
      expect(failuresOf(answers, 'score', [200, 202])).toEqual([]);
      expect(failuresOf(answers, 'session', [200, 503])).toEqual([]);
      await until(async () => (await readinessOf(node)).status === 'ok');
      await expect
        .poll(() => scoresOf(node, load), { timeout: 20_000 })
        .toEqual(Object.fromEntries(load.best));
      // A cluster moves slots under load, twice.
    }, 180_000);
  },
);

/** Sessions and boards need Redis or Valkey: on Memcached only the query cache runs on the service. */
async function start(profile: Profile): Promise<{ service: RunningProfile; node: TestNode }> {
  const isMemcached = profile.kinds.includes('memcached');
  const service = await startProfile(profile.name, { replicas: isMemcached ? 0 : 1 });
  closing.push(() => service.stop());
  const databaseUrl = await createDatabase();
  const settings = isMemcached
    ? await besideValkey(databaseUrl, service)
    : productionSettings(databaseUrl, service.url);
  const node = await startOn({ ...settings, ...patient });
  closing.push(() => node.close());
  await until(async () => (await readinessOf(node)).status === 'ok');
  return { service, node };
}

async function besideValkey(databaseUrl: string, service: RunningProfile): Promise<Settings> {
  const engine = await startEngine(redisLike());
  closing.push(() => engine.stop());
  return { ...productionSettings(databaseUrl, engine.url), CACHE_ENGINE_URL: service.url };
}

function failuresOf(answers: readonly Answer[], kind: Answer['kind'], allowed: readonly number[]): Answer[] {
  return answers.filter((answer) => answer.kind === kind && !allowed.includes(answer.status));
}

function summaryOf(answers: readonly Answer[]): string {
  const others = new Map<string, number>();
  for (const { kind, status } of answers) {
    if (status === 200) continue;
    const what = `${kind} ${status}`;
    others.set(what, (others.get(what) ?? 0) + 1);
  }
  const slowest = Math.round(Math.max(...answers.map(({ ms }) => ms)));
  const rest = [...others].map(([what, count]) => `${count} ${what}`).join(', ') || 'all 200';
  return `${answers.length} requests, slowest ${slowest} ms, ${rest}`;
}

async function scoresOf(node: TestNode, { board }: RequestLoad): Promise<Record<string, number>> {
  const { body } = await request(node.url).get(`/api/leaderboards/${board}?limit=100`);
  const { entries } = body as { entries: { playerId: string; score: number }[] };
  return Object.fromEntries(entries.map(({ playerId, score }) => [playerId, score]));
}
