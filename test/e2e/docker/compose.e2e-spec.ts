import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceFiles } from '../../../copy/new-service/service-files.js';

const APP = '127.0.0.1:4000->3000';
const GRAFANA = '127.0.0.1:3001->3000';
const PROMETHEUS = '127.0.0.1:9090->9090';
const ALL_MODULES = ['sessions', 'query-cache', 'plain-cache', 'leaderboard'];
const filesWith = (...modules: string[]) => serviceFiles({ name: 'service', modules });

const candidates = [['docker', 'compose'], ['docker-compose']];
const compose = candidates.find(([program = '', ...args]) => run(program, [...args, 'version']).status === 0);

// Skipped without Compose, except in CI, which installs it.
if (!compose && process.env['CI'])
  throw new Error('CI needs docker-compose. Install it: apt-get install docker-compose');
if (!compose)
  console.warn('docker-compose.yml is not checked: neither `docker compose` nor `docker-compose` is here.');

/** Projects with a compose file: this one, and services that `npm run copy -- --new` makes. */
const PROJECTS = [
  { name: 'this application', files: () => null, published: [GRAFANA, APP, PROMETHEUS] },
  { name: 'a new service with one module', files: () => filesWith('query-cache'), published: [APP] },
  { name: 'a new service with all modules', files: () => filesWith(...ALL_MODULES), published: [APP] },
];

describe.skipIf(!compose).each(PROJECTS)('docker-compose.yml of $name', ({ files, published }) => {
  let folder = '';
  let project = '.';
  let whole: ReturnType<typeof run>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
    for (const [path, text] of files() ?? []) {
      project = folder;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    run('sh', [join(project, 'docker/make-env.sh'), join(folder, 'secrets')]);
    writeFileSync(join(folder, 'no-secrets'), '');
    whole = config({ PORT: '4000' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function config(environment: Record<string, string>, envFile = 'secrets') {
    const [program = '', ...args] = compose ?? [];
    const file = join(project, 'docker-compose.yml');
    const options = ['--file', file, '--env-file', join(folder, envFile), '--profile', 'observability'];
    return run(program, [...args, ...options, 'config'], environment);
  }

  it('is valid with the secrets from docker/make-env.sh', () => {
    const { status, stderr } = whole;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('names the command to run when the secrets are missing', () => {
    const { status, stderr } = config({}, 'no-secrets');
    expect(status).not.toBe(0);
    expect(stderr).toContain('run sh docker/make-env.sh');
  });

  it('publishes only the app and the dashboards, on the loopback', () => {
    expect(portsOf(whole.stdout)).toEqual(published);
  });

  it('uses only settings that .env.example lists', () => {
    const known = readFileSync(join(project, '.env.example'), 'utf8')
      .match(/^(# )?[A-Z_]+(?==)/gm)
      ?.map((line) => line.replace('# ', ''));
    const [, environment = ''] =
      /^ {2}app:\n(?:.*\n)*? {4}environment:\n((?: {6}.*\n)+)/m.exec(whole.stdout) ?? [];
    const set = environment.match(/[A-Z_]+(?=:)/g);
    expect(set).toContain('ENGINE_URL');
    expect(known).toEqual(expect.arrayContaining(set ?? []));
  });

  it('passes every secret on to the app or the database', () => {
    const secrets = readFileSync(join(folder, 'secrets'), 'utf8').trim().split('\n');
    expect(secrets.length).toBeGreaterThan(1);
    for (const secret of secrets) expect(whole.stdout).toContain(secret.slice(secret.indexOf('=') + 1));
  });

  it('mounts only files that exist', () => {
    const mounted = whole.stdout.match(/docker\/observability\/[\w./-]+/g) ?? [];
    expect(mounted).toHaveLength(published.includes(GRAFANA) ? 5 : 0);
    for (const path of mounted) expect([path, existsSync(path)]).toEqual([path, true]);
  });

  it.skipIf(files())('moves the query cache to another engine with CACHE_ENGINE_URL', () => {
    const { stdout } = config({ CACHE_ENGINE_URL: 'memcached://memcached:11211' });
    expect(stdout).toContain('CACHE_ENGINE_URL: memcached://memcached:11211');
  });
});

describe('docker/make-env.sh', () => {
  it('makes an existing file readable by its owner only, and keeps its values', () => {
    const folder = mkdtempSync(join(tmpdir(), 'make-env-'));
    const file = join(folder, 'env');
    try {
      writeFileSync(file, 'OPERATOR_KEY=mine\n', { mode: 0o644 });
      run('sh', ['docker/make-env.sh', file]);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const keys = readFileSync(file, 'utf8').match(/^OPERATOR_KEY=.*$/gm);
      expect(keys).toEqual(['OPERATOR_KEY=mine']);
      expect(readFileSync(file, 'utf8')).toContain('SESSION_SECRETS=');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps existing values', () => {
    const folder = mkdtempSync(join(tmpdir(), 'make-env-'));
    const file = join(folder, 'env');
    try {
      run('sh', ['docker/make-env.sh', file]);
      const first = readFileSync(file, 'utf8');
      run('sh', ['docker/make-env.sh', file]);
      expect(readFileSync(file, 'utf8')).toBe(first);
      expect(
        new Set(
          first
            .trim()
            .split('\n')
            .map((line) => line.split('=')[1]),
        ).size,
      ).toBe(5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

// docker-compose 1.29 prints 127.0.0.1:4000:3000/tcp, Compose 2 a mapping over several lines.
function portsOf(config: string): string[] {
  const short = [...config.matchAll(/^ +- (\S+):(\d+):(\d+)\/tcp$/gm)].map(
    ([, ip, published, target]) => `${ip}:${published}->${target}`,
  );
  const long = [...config.matchAll(/host_ip: (\S+)\n +target: (\d+)\n +published: "(\d+)"/g)].map(
    ([, ip, target, published]) => `${ip}:${published}->${target}`,
  );
  return [...short, ...long].toSorted();
}

function run(program: string, args: string[], environment: Record<string, string> = {}) {
  // Without the developer's own secrets and PORT.
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment };
  return spawnSync(program, args, { encoding: 'utf8', env });
}
