import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine, requiredCommands } from '../../../src/engine/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { startRefusingProxy } from '../../support/refusing-proxy.js';
import {
  asGameServer,
  asOperator,
  patient,
  productionSettings,
  type Settings,
} from '../../support/settings.js';
import { until } from '../../support/until.js';
import { PASSWORD, Visitors } from '../sessions/visitors.js';

Logger.overrideLogger(false);

/** What the engine and its roles can do without. */
const OPTIONAL = [
  'ROLE',
  'INFO',
  'CONFIG GET',
  'WAIT',
  'SSUBSCRIBE',
  'SPUBLISH',
  'MEMORY USAGE',
  'MULTI',
  'DISCARD',
];
const BOARD = { order: 'desc', operator: 'best', ties: 'first', windows: ['all'], min: 0, max: 1000 };

type Form = 'ACL' | 'rename-command' | 'closed connection';
const FORMS: readonly Form[] = ['ACL', 'rename-command', 'closed connection'];

/** One request of each use case. */
async function useEverything({ url }: TestNode): Promise<void> {
  const visitors = new Visitors({ url });
  const [phone, laptop] = await visitors.threeDevices();
  expect((await visitors.end(phone)).status).toBe(204);
  expect(await visitors.isSignedIn(phone)).toBe(false);
  await request(url).delete('/api/sessions?except=current').set('cookie', laptop.cookie).expect(200);
  await visitors.changePassword(laptop, `${PASSWORD}, another`).expect(204);
  await request(url).get('/api/flights/routes/ATL').expect(200);
  await request(url).get('/api/flights/routes/ATL').expect(200).expect('cache-status', /hit/);
  await request(url)
    .post('/api/query-cache/invalidations')
    .set(asOperator)
    .send({ tag: 'airport:ATL' })
    .expect(200);
  await request(url).get('/api/flights/routes/ATL').expect(200).expect('cache-status', /fwd=/);
  await request(url).put('/api/leaderboards/board').set(asGameServer).send(BOARD).expect(200);
  const score = { submissionId: randomUUID(), playerId: 'ada', score: 7 };
  const submitted = await request(url)
    .post('/api/leaderboards/board/scores')
    .set(asGameServer)
    .send(score)
    .expect(200);
  expect(submitted.body).toMatchObject({ rank: 1 });
}

describe.each(FORMS)('an engine that refuses commands by %s', (form) => {
  let databaseUrl: string;
  const closing: (() => unknown)[] = [];
  beforeAll(async () => {
    databaseUrl = await createDatabase();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  /** Starts the application on a server that refuses the commands. */
  async function startRefusing(commands: readonly string[], settings: Settings = {}): Promise<TestNode> {
    const renamed = form === 'rename-command' ? commands : [];
    const names = renamed.flatMap((command) => ['--rename-command', command.split(' ', 1).join(''), '']);
    const server = await startEngine(redisLike(), { settings: names });
    closing.push(() => server.stop());
    const url = await urlOf(server, commands);
    const node = await startOn({ ...productionSettings(databaseUrl, url), ...patient, ...settings });
    closing.push(() => node.close());
    return node;
  }

  async function urlOf(server: LocalEngine, commands: readonly string[]): Promise<string> {
    if (form === 'ACL') {
      const denied = commands.map((command) => `-${command.toLowerCase().replace(' ', '|')}`);
      await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', ...denied);
      return server.url.replace('://', '://app:secret@');
    }
    if (form === 'rename-command') return server.url;
    const proxy = await startRefusingProxy(
      server.port,
      commands.map((command) => command.split(' ', 1).join('')),
    );
    closing.push(() => proxy.stop());
    return proxy.through(server.url);
  }

  it.each(OPTIONAL)('serves everything without %s, and health names what is lost', async (command) => {
    const node = await startRefusing([command]);
    await until(async () => (await readinessOf(node)).status === 'ok');
    await useEverything(node);
    const { status, engines } = await readinessOf(node);
    expect(status).toBe('ok');
    expect(engines[0]?.missingCommands).toContainEqual({
      command,
      cost: expect.stringMatching(/\.$/),
      remedy: expect.stringMatching(/ACL|server|proxy/),
      isRequired: false,
    });
  });

  it('serves everything without all of them', async () => {
    const node = await startRefusing(OPTIONAL.filter((command) => !['MULTI', 'DISCARD'].includes(command)));
    await until(async () => (await readinessOf(node)).status === 'ok');
    await useEverything(node);
    expect((await readinessOf(node)).status).toBe('ok');
  });

  it('is degraded without a command that a role needs, and says so in one sentence', async () => {
    const node = await startRefusing(['ZADD']);
    await until(async () => (await readinessOf(node)).engines[0]?.state === 'ready');
    await until(async () => (await readinessOf(node)).status === 'degraded');
    const { engines } = await readinessOf(node);
    expect(engines[0]?.reason).toMatch(/^The server refuses ZADD\. Sessions cannot work without it\. .+\.$/);
  });
});

/** ACLs cannot refuse it: it is also the command of signing in. */
describe('a server that refuses HELLO 3', () => {
  let server: LocalEngine;
  beforeAll(async () => {
    server = await startEngine(redisLike(), { settings: ['--rename-command', 'HELLO', ''] });
    await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all');
  });
  afterAll(() => server.stop());

  it('serves everything, and health names what is lost', async () => {
    const node = await startOn({ ...productionSettings(await createDatabase(), server.url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
    await useEverything(node);
    const { status, engines } = await readinessOf(node);
    expect([status, engines.map(({ missingCommands }) => missingCommands.map((it) => it.command))]).toEqual([
      'ok',
      [['HELLO']],
    ]);
    await node.close();
  });

  it('accepts the right password and reports a wrong one, without the password', async () => {
    const connect = (login: string) => {
      const engine = new RedisEngine(parseEngineUrl(server.url.replace('://', `://${login}@`)), 4_000);
      engine.start();
      return engine;
    };
    const [right, wrong] = [connect('app:secret'), connect('app:not-to-be-shown')];
    await until(() => right.isReady);
    expect(await wrong.firstAttempt).toEqual({ isWrongUrl: false });
    expect(wrong.report().reason).toMatch(/user or password is wrong/);
    right.close();
    wrong.close();
  });
});

describe('a permission that is added while the application runs', () => {
  it('is used within seconds, and health is ok again', async () => {
    const server = await startEngine(redisLike());
    const permit = (...rules: string[]) => server.command('ACL', 'SETUSER', 'app', ...rules);
    await permit('on', '>secret', '~*', '&*', '+@all', '-zadd', '-role');
    const url = server.url.replace('://', '://app:secret@');
    const node = await startOn({ ...productionSettings(await createDatabase(), url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'degraded');
    await permit('+zadd', '+role');
    await until(async () => (await readinessOf(node)).engines[0]?.missingCommands.length === 0);
    expect((await readinessOf(node)).status).toBe('ok');
    await node.close();
    await server.stop();
  });

  it('also shows the version of the server, and commands that could not be tried', async () => {
    const server = await startEngine(redisLike());
    const permit = (...rules: string[]) => server.command('ACL', 'SETUSER', 'app', ...rules);
    await permit('on', '>secret', '~*', '&*', '+@all', '-info', '-config|get', '-multi', '-get');
    const engine = new RedisEngine(parseEngineUrl(server.url.replace('://', '://app:secret@')), 4_000);
    engine.declareCommands(requiredCommands('The example', [['GET', 'key']]));
    const missing = () => engine.report().missingCommands.map(({ command }) => command);
    engine.start();
    await until(() => engine.isReady);
    expect(missing().toSorted()).toEqual(['CONFIG GET', 'INFO', 'MULTI']);
    expect(engine.report().version).toBeNull();
    await permit('+info', '+config|get', '+multi');
    await until(() => missing().join() === 'GET');
    expect(engine.report().version).toMatch(/^\d/);
    engine.close();
    await server.stop();
  });
});

describe.each([
  ['+@all -@dangerous', ['CONFIG GET', 'INFO', 'ROLE']],
  ['+@all -role', ['ROLE']],
])('a user with the ACL %s', (acl, missing) => {
  it('is served everything, and health names what is lost', async () => {
    const server = await startEngine(redisLike());
    await server.command('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '&*', ...acl.split(' '));
    const url = server.url.replace('://', '://app:secret@');
    const node = await startOn({ ...productionSettings(await createDatabase(), url), ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
    await useEverything(node);
    const { status, engines } = await readinessOf(node);
    const lost = engines.flatMap(({ missingCommands }) => missingCommands);
    expect([status, [...new Set(lost.map(({ command }) => command))].toSorted()]).toEqual(['ok', missing]);
    await node.close();
    await server.stop();
  });
});
