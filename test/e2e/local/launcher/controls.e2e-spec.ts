import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, startEngine, startPostgres } from '../../../../local/index.js';
import { Terminal } from '../../../../local/launcher/command-line/terminal.js';
import { type ServerAction, ServerControls } from '../../../../local/launcher/controls/server-controls.js';
import { Stack } from '../../../../local/launcher/stack.js';
import { freePort } from '../../../../local/machine/free-port.js';
import type { Server } from '../../../../src/demo/servers/servers.wire.js';
import { redisLike } from '../../../support/app.js';
import { createDatabase } from '../../../support/database.js';
import { Program } from '../program.js';

const READY_WITHIN_SECONDS = 120;
const patiently = { timeout: 60_000, interval: 100 };

describe('the servers of npm start with a Sentinel stack, over the API', () => {
  let launcher: Program;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://localhost:${port}/api/demo`;
    launcher = new Program('local/start.ts', ['--topology', 'sentinel'], {
      PORT: `${port}`,
      DATABASE_URL: await createDatabase(),
      ENGINE_URL: '',
      CACHE_ENGINE_URL: '',
      DATASET_ROWS: '5000',
    });
    await launcher.says(/^ready /, READY_WITHIN_SECONDS);
  }, 150_000);

  afterAll(async () => {
    launcher.process.kill('SIGTERM');
    await launcher.exited;
  });

  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const act = (name: string, action: ServerAction) => post(`servers/${name}`, { action });
  const list = async () => (await (await fetch(`${url}/servers`)).json()) as Server[];
  const rolesOf = async () => {
    const servers = (await list()).filter(({ name, kind }) => kind !== 'app' && !name.startsWith('sentinel'));
    return Object.fromEntries(servers.map(({ name, role, state }) => [name, role ?? state]));
  };

  it('are listed with the role that each of them reports, and without paths or passwords', async () => {
    const servers = await list();
    const names = ['app', 'primary', 'replica-1', 'replica-2', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
    expect(servers.map(({ name }) => name).toSorted()).toEqual(names);
    expect(servers.find(({ name }) => name === 'primary')).toEqual({
      name: 'primary',
      kind: redisLike(),
      version: expect.stringMatching(/^\d+\.\d+/),
      address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      isEncrypted: false,
      state: 'running',
      role: 'primary',
      slots: null,
      usage: { commandsPerSecond: expect.any(Number), memoryBytes: expect.any(Number) },
      zone: 'a',
    });
    expect(servers.filter(({ role }) => role === 'sentinel')).toHaveLength(3);
  });

  it('show a promotion after the primary was killed, and restart brings it back as a replica', async () => {
    expect(await act('primary', 'kill')).toMatchObject({ status: 200, body: { state: 'stopped' } });
    await expect.poll(async () => Object.values(await rolesOf()), patiently).toContain('primary');
    expect(await rolesOf()).toMatchObject({ primary: 'stopped' });
    expect(await act('primary', 'restart')).toMatchObject({ status: 200, body: { state: 'running' } });
    await expect.poll(async () => (await rolesOf())['primary'], patiently).toBe('replica');
    const roles = async () => Object.values(await rolesOf()).toSorted();
    await expect.poll(roles, patiently).toEqual(['primary', 'replica', 'replica']);
  });

  it('are paused and resumed, and an action that does not fit is answered with what to do', async () => {
    const conflict = (detail: string) => ({ status: 409, body: { code: 'E_SERVER_STATE', detail } });
    const name = 'sentinel-3';
    expect(await act(name, 'resume')).toMatchObject(
      conflict(`${name} runs and is not paused. Pause it first.`),
    );
    expect(await act(name, 'pause')).toMatchObject({ status: 200, body: { state: 'paused', role: null } });
    expect(await act(name, 'pause')).toMatchObject(conflict(`${name} is paused already. Resume it.`));
    expect(await act(name, 'resume')).toMatchObject({
      status: 200,
      body: { state: 'running', role: 'sentinel' },
    });
    expect(await act(name, 'kill')).toMatchObject({ status: 200 });
    expect(await act(name, 'kill')).toMatchObject(conflict(`${name} is stopped. Restart it first.`));
    expect(await act(name, 'restart')).toMatchObject({ status: 200, body: { role: 'sentinel' } });
  });

  it('are paused by zone, and resumed', async () => {
    for (const [action, state] of [
      ['cut', 'paused'],
      ['restore', 'running'],
    ]) {
      const servers = (await post('zones/c', { action })).body as unknown as Server[];
      expect(servers.map(({ name, state: now }) => [name, now])).toEqual([
        ['replica-2', state],
        ['sentinel-3', state],
      ]);
    }
  });

  it('include the app, which answers, then drains and starts again, and which keeps the session', async () => {
    const credentials = { username: 'ada', password: 'correct horse battery staple' };
    let cookie = '';
    const signIn = async () => {
      const { status, headers } = await fetch(new URL('/api/sessions', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(credentials),
      });
      [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
      return status;
    };
    // 503 until a replica confirms the session: one has just been resumed.
    await expect.poll(signIn, { timeout: 30_000 }).toBe(201);
    const starts = () => launcher.lines.filter((line) => line.startsWith('ready ')).length;
    expect(starts()).toBe(1);
    expect(await act('app', 'kill')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('app can only be restarted from here') },
    });
    expect(await act('app', 'restart')).toMatchObject({
      status: 200,
      body: { kind: 'app', state: 'starting' },
    });
    const stateOf = async () => (await list().catch(() => [])).find(({ name }) => name === 'app')?.state;
    await expect.poll(stateOf, patiently).toBe('running');
    // The app answers requests before the launcher prints this line.
    await expect.poll(starts, patiently).toBe(2);
    const current = await fetch(new URL('/api/sessions/current', url), { headers: { cookie } });
    expect(await current.json()).toMatchObject({ username: 'ada' });
  });

  it('do not include an unknown one, and a Sentinel stack has no shards', async () => {
    const unknown = await act('primary-2', 'kill');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'E_SERVER_UNKNOWN' } });
    expect(unknown.body['detail']).toContain('The servers are app, primary, replica-1, ');
    expect(await post('cluster', { action: 'add-shard' })).toMatchObject({
      status: 404,
      body: { code: 'E_NO_CLUSTER' },
    });
    expect(await act('primary', 'reboot' as ServerAction)).toMatchObject({
      status: 422,
      body: { code: 'E_INVALID' },
    });
  });
});

describe('ServerControls', () => {
  let stack: Stack;
  let controls: ServerControls;
  const silent = () => new Terminal(new PassThrough().resume() as unknown as NodeJS.WriteStream);
  const start = () => {
    stack = new Stack(silent());
    controls = new ServerControls(stack, () => undefined);
  };

  afterEach(() => stack.stop());

  it('adds a shard with its share of the slots, removes it, and keeps three', async () => {
    start();
    const cluster = await startCluster(redisLike());
    stack.addEngines('engine', cluster, cluster);
    const slots = async () =>
      Object.fromEntries(
        (await controls.list()).filter(({ role }) => role === 'primary').map((one) => [one.name, one.slots]),
      );
    await expect(controls.resize('remove-shard')).rejects.toThrow('The cluster has 3 shards.');
    const adding = controls.resize('add-shard');
    await expect(controls.control('shard-1', 'kill')).rejects.toThrow('Another action changes the cluster.');
    expect(await adding).toEqual({ shard: 'shard-4' });
    const equal = { 'shard-1': 4096, 'shard-2': 4096, 'shard-3': 4096, 'shard-4': 4096 };
    await expect.poll(slots, patiently).toEqual(equal);
    await controls.control('shard-4', 'kill');
    await expect(controls.resize('remove-shard')).rejects.toThrow('but shard-4 is stopped');
    await controls.control('shard-4', 'restart');
    await expect
      .poll(() => controls.resize('remove-shard').catch(String), patiently)
      .toEqual({ shard: 'shard-4' });
    expect((await controls.list()).map(({ name }) => name)).not.toContain('shard-4');
    await expect
      .poll(
        async () => Object.values(await slots()).reduce((sum, count) => (sum ?? 0) + (count ?? 0), 0),
        patiently,
      )
      .toBe(16_384);
  }, 180_000);

  it('kills and restarts PostgreSQL and the engine, which have no role of their own or one', async () => {
    start();
    stack.addServer('database', await startPostgres());
    stack.addServer('engine', await startEngine(redisLike()));
    const states = async () => (await controls.list()).map(({ name, state, role }) => [name, state, role]);
    const running = [
      ['database', 'running', null],
      ['engine', 'running', 'primary'],
    ];
    await expect.poll(states, patiently).toEqual(running);
    await controls.control('database', 'kill');
    await controls.control('engine', 'pause');
    expect(await states()).toEqual([
      ['database', 'stopped', null],
      ['engine', 'paused', null],
    ]);
    await Promise.all([controls.control('database', 'restart'), controls.control('engine', 'restart')]);
    await expect.poll(states, patiently).toEqual(running);
  });
});
