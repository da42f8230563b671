import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../local/machine/free-port.js';
import { commandLineOf } from '../../local/processes/process-tree.js';
import { until } from '../support/until.js';
import { run } from './run.js';

/** The service starts servers of its own, not those of this test run. */
const OWN_SERVERS = { ENGINE_URL: '', DATABASE_URL: '', CACHE_ENGINE_URL: '' };
/** It builds first. */
const START_MS = 180_000;
const JSON_BODY = { 'Content-Type': 'application/json' };

const AUTHOR = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];

let parent: string;

// Each step is an installation, a build or a whole test run.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

const copy = (...args: string[]) => run('npm', ['run', '--silent', 'copy', '--', ...args], { cwd: '.' });

describe('a new service with query-cache and leaderboard', () => {
  let folder: string;
  const npm = (...args: string[]) => run('npm', args, { cwd: folder, env: OWN_SERVERS });

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'new-service-'));
    folder = join(parent, 'score-keeper');
    await copy('--new', folder, '--with', 'query-cache,leaderboard');
    await npm('ci', '--no-audit', '--no-fund');
  });
  afterAll(() => rm(parent, { recursive: true, force: true }));

  it('is formatted, linted and type-checked, and its unit tests pass', async () => {
    expect(await npm('run', 'check')).toMatch(/Tests .* passed/);
  });

  it('passes the tests of its examples and modules', async () => {
    const output = await npm('test', '--', '--project', 'e2e');
    for (const name of ['series', 'podium', 'health']) expect(output).toContain(`${name}.e2e-spec.ts`);
  });

  it('has only the modules that were chosen', () => {
    expect(readdirSync(join(folder, 'src')).toSorted()).toEqual([
      'app.module.ts',
      'common',
      'config',
      'database',
      'engine',
      'examples',
      'http',
      'leaderboard',
      'main.ts',
      'query-cache',
      'telemetry',
    ]);
  });

  it('builds an image that starts, answers and stops, as docker/rehearse.sh shows without Docker', async () => {
    await run('git', ['init', '--quiet'], { cwd: folder });
    await run('git', ['add', '--all'], { cwd: folder });
    await run('git', [...AUTHOR, 'commit', '--quiet', '-m', 'test'], { cwd: folder });
    expect(await run('bash', ['docker/rehearse.sh', folder], { cwd: '.' })).toContain('rehearsal: passed');
  });

  it('has nothing to update', async () => {
    expect(await copy(folder, '--dry-run')).toContain('up to date');
  });

  it('starts with npm start, answers, and stops with all its servers', async () => {
    const port = await freePort();
    const service = new Started(folder, port);
    try {
      await service.says(new RegExp(`^ready http://localhost:${port}`, 'm'));
      const get = (path: string) => fetch(`http://localhost:${port}${path}`);
      expect(await (await get('/health/ready')).json()).toMatchObject({ status: 'ok' });
      await get('/api/examples/series/1000');
      expect((await get('/api/examples/series/1000')).headers.get('cache-status')).toMatch(/; hit/);
      const game = { ...JSON_BODY, authorization: 'Bearer demo-game-server-key' };
      const board = `http://localhost:${port}/api/leaderboards/race`;
      await fetch(board, { method: 'PUT', headers: game, body: '{}' });
      const score = JSON.stringify({ submissionId: '1', playerId: 'ada', score: 42 });
      await fetch(`${board}/scores`, { method: 'POST', headers: game, body: score });
      expect(await (await get('/api/examples/podium/race')).json()).toEqual([
        { rank: 1, name: 'ada', score: 42 },
      ]);
      expect(await (await get('/metrics')).text()).toMatch(/^leaderboard_boards_events/m);
    } finally {
      await service.stop();
    }
    expect(service.pids.length).toBeGreaterThanOrEqual(3);
    await until(() => service.pids.every((pid) => !commandLineOf(pid)));
  });
});

describe('npm run copy -- --new', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'new-service-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['a folder that is not empty', 'taken', ['--with', 'sessions'], 'exists and is not empty'],
    ['an unknown module', 'service', ['--with', 'sessions,mail'], 'There is no module "mail"'],
    ['no module', 'service', [], 'Name the modules of the service'],
    ['a name that npm does not allow', 'My Service', ['--with', 'sessions'], 'cannot be the name'],
    ['a parent that does not exist', 'a/b', ['--with', 'sessions'], 'Create it first'],
  ])('refuses %s and writes nothing', async (_, name, options, message) => {
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'taken/file'), '');
    await expect(copy('--new', join(folder, name), ...options)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const args = ['--import', 'tsx', 'copy/run.ts', '--new', join(folder, 'service'), '--with', 'sessions'];
    const copying = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = once(copying, 'exit');
    const stage = join(folder, '.service.caching-copy.tmp');
    // npm resolves the packages now, which takes longest.
    await until(() => existsSync(join(stage, '.caching-copy/record.json')));
    copying.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** `npm start` in a service. */
class Started {
  private readonly process: ChildProcess;
  private output = '';

  constructor(cwd: string, port: number) {
    const env = { ...process.env, ...OWN_SERVERS, PORT: `${port}` };
    this.process = spawn('npm', ['start'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk) => (this.output += String(chunk)));
  }

  /** The processes that it printed. */
  get pids(): number[] {
    return [...this.output.matchAll(/\bpid (\d+)/g)].map(([, pid]) => Number(pid));
  }

  async says(pattern: RegExp): Promise<void> {
    await until(() => {
      if (this.process.exitCode !== null) throw new Error(`npm start ended.\n${this.output}`);
      return pattern.test(this.output);
    }, START_MS);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exit;
  }
}
