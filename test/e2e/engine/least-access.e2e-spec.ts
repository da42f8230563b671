import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import type { Cache } from 'cache-manager';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { LeaderboardLedger } from '../../../src/leaderboard/ledger/leaderboard.ledger.js';
import { ProjectionStore } from '../../../src/leaderboard/sorted-sets/projection.store.js';
import { RankingStore } from '../../../src/leaderboard/sorted-sets/ranking.store.js';
import { QueryCacheStore } from '../../../src/query-cache/tiers/query-cache.store.js';
import { SessionsStore } from '../../../src/sessions/store/sessions.store.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { accessString, ROLE_COMMANDS } from '../../support/role-access.js';
import { asGameServer, asOperator, patient, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { PASSWORD, Visitors } from '../sessions/visitors.js';

Logger.overrideLogger(false);

type Role = keyof typeof ROLE_COMMANDS;
const ROLES = Object.keys(ROLE_COMMANDS) as Role[];
const SCRIPT_FOLDERS: Record<Role, string[]> = {
  sessions: ['src/sessions', 'src/demo/accounts', 'node_modules/rate-limiter-flexible/lib'],
  cache: ['src/query-cache', 'src/engine'],
  leaderboard: ['src/leaderboard'],
};
const BOARD = { order: 'desc', operator: 'best', ties: 'first', windows: ['all', 'daily'], min: 0, max: 9 };

describe('the least access of a role', () => {
  const servers = {} as Record<Role, LocalEngine>;
  let replica: LocalEngine;
  let node: TestNode;

  beforeAll(async () => {
    for (const role of ROLES) {
      servers[role] = await startEngine(redisLike());
      await servers[role].command('ACL', 'SETUSER', role, 'on', '>secret', ...accessString(role).split(' '));
    }
    // WAIT is sent only where there is a replica.
    // Without a file: servers that start in the same directory would load it.
    replica = await startEngine(redisLike(), { settings: ['--repl-diskless-load', 'on-empty-db'] });
    await replica.command('REPLICAOF', '127.0.0.1', `${servers.sessions.port}`);
    await until(async () =>
      /state=online/.test(String(await servers.sessions.command('INFO', 'replication'))),
    );
    const urlOf = (role: Role) => servers[role].url.replace('://', `://${role}:secret@`);
    node = await startOn({
      ...productionSettings(await createDatabase(), urlOf('sessions')),
      ...patient,
      CACHE_ENGINE_URL: urlOf('cache'),
      LEADERBOARD_ENGINE_URL: urlOf('leaderboard'),
    });
    await until(async () => (await readinessOf(node)).status === 'ok');
    await useSessions(node);
    await node.get(SessionsStore).accounts.has('account', 'handle');
    await useCache(node);
    await useLeaderboard(node, servers.leaderboard);
  });
  afterAll(async () => {
    await node.close();
    await Promise.all([replica, ...Object.values(servers)].map((server) => server.stop()));
  });

  it.each(ROLES)('of %s is the access string in docker/acl', async (role) => {
    expect((await readFile(`docker/acl/${role}.txt`, 'utf8')).trim()).toBe(accessString(role));
  });

  it('refuses nothing, so that health reports no missing command', async () => {
    const { engines } = await readinessOf(node);
    expect(engines.flatMap(({ missingCommands }) => missingCommands)).toEqual([]);
  });

  it.each(ROLES)('refuses no command of %s', async (role) => {
    expect(await servers[role].command('ACL', 'LOG')).toEqual([]);
  });

  it.each(ROLES)('of %s has no command that it does not use', async (role) => {
    const used = new Set([...(await sent(servers[role])), ...(await inScripts(SCRIPT_FOLDERS[role]))]);
    expect(ROLE_COMMANDS[role].filter((command) => !used.has(command))).toEqual([]);
  });
});

/** The commands that a server received, also from its scripts. */
async function sent(server: LocalEngine): Promise<string[]> {
  const statistics = String(await server.command('INFO', 'commandstats'));
  return [...statistics.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name = '']) => name);
}

/** A test cannot reach every line of every script. */
async function inScripts(folders: readonly string[]): Promise<string[]> {
  const files = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })));
  const scripts = folders.flatMap((folder, i) => (files[i] ?? []).map((file) => join(folder, file)));
  const texts = await Promise.all(
    scripts.filter((path) => /\.lua$|RateLimiterRedis\.js$/.test(path)).map((path) => readFile(path, 'utf8')),
  );
  const calls = texts.join('\n').matchAll(/redis\.p?call\('(\w+)'/g);
  return [...calls].map(([, name = '']) => name.toLowerCase());
}

async function useSessions({ url }: TestNode): Promise<void> {
  const visitors = new Visitors({ url });
  const [phone, laptop] = await visitors.threeDevices();
  await visitors.attempt(phone.session.username, 'a wrong passphrase').expect(401);
  await request(url).get('/api/sessions').set('cookie', laptop.cookie).expect(200);
  await visitors.end(phone);
  await request(url).delete('/api/sessions?except=current').set('cookie', laptop.cookie);
  const passwords = { current: PASSWORD, next: `${PASSWORD}, another` };
  await request(url).put('/api/accounts/current/password').set('cookie', laptop.cookie).send(passwords);
}

async function useCache(node: TestNode): Promise<void> {
  await request(node.url).get('/api/flights/routes/ATL').expect(200);
  await request(node.url).post('/api/query-cache/invalidations').set(asOperator).send({ tag: 'airport:ATL' });
  const { engine } = node.get(QueryCacheStore);
  await engine.acquire('caching:example', 1);
  await engine.renew('caching:example', 1);
  await engine.remove(['caching:example']);
  const plain = node.get<Cache>(CACHE_MANAGER);
  await plain.set('key', 'value', 1_000);
  await plain.get('key');
  await plain.del('key');
}

async function useLeaderboard(node: TestNode, server: LocalEngine): Promise<void> {
  const { url } = node;
  const api = request(url);
  await api.put('/api/leaderboards/board').set(asGameServer).send(BOARD).expect(200);
  const scores = ['ada', 'bob'].map((playerId) => ({ submissionId: playerId, playerId, score: 7 }));
  await api.post('/api/leaderboards/board/scores').set(asGameServer).send(scores).expect(200);
  await server.command('SET', 'caching:player-names', 'a key of another type');
  await api.put('/api/players/ada').set(asGameServer).send({ name: 'Ada' });
  await api.get('/api/leaderboards/board').expect(200);
  await api.get('/api/leaderboards/board/players/ada/neighbours').expect(200);
  const board = await node.get(LeaderboardLedger).board('board');
  await node.get(RankingStore).measure(board, [{ window: 'all', name: 'all', endsAt: null }]);
  const projection = node.get(ProjectionStore);
  // While another channel is subscribed, the connection stays open.
  const endOther = projection.onChanged('other', () => undefined);
  const isSubscribed = new Promise<void>((resolve) => {
    const unsubscribe = projection.onChanged('board', () => {
      unsubscribe();
      resolve();
    });
  });
  await isSubscribed;
  await until(async () => (await sent(server)).includes('sunsubscribe'));
  endOther();
  await api.post('/api/leaderboards/board/rebuild').set(asOperator);
  await api.delete('/api/players/ada').set(asGameServer);
}
