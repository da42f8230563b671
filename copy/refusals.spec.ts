import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CopyError } from './copy-error.js';
import { type CopyOptions, copyModules, previewCopy } from './copy-modules.js';
import { REPOSITORY } from './templates/repository.js';
import { nestService } from './testing/nest-service.js';
import { STAGE } from './writing/journal.js';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/** The message of a refusal, which must have changed nothing. */
async function refusal(root: string, options: Partial<CopyOptions> = {}): Promise<string> {
  const before = filesIn(root);
  const error: unknown = await copyModules({ modules: ['leaderboard'], target: root, ...options }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CopyError);
  expect(filesIn(root)).toEqual(before);
  return (error as CopyError).message;
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
}

function packageJson(packages: Record<string, string>): string {
  return JSON.stringify({ dependencies: packages });
}

describe('a copy is refused', () => {
  it.each([
    ['no package.json', { 'package.json': null }, 'There is no '],
    ['no Nest', { 'package.json': packageJson({ express: '5.0.0' }) }, 'has no dependency @nestjs/core'],
    ['broken JSON', { 'package.json': '{ "a": ' }, 'package.json is not valid JSON'],
    ['no root module', { 'src/app.module.ts': null }, 'There is no src/app.module.ts in '],
    ['a root module without @Module()', { 'src/app.module.ts': 'export {};\n' }, 'has no class with @Module'],
    [
      'a file of its own',
      { 'src/common/index.ts': 'export {};\n' },
      'src/common/index.ts exists in the target',
    ],
    [
      'a folder in the place of a file',
      { 'src/common/index.ts/x.ts': '' },
      'src/common/index.ts in the target is no file',
    ],
  ])('for a target with %s', async (_what, files, message) => {
    expect(await refusal(nestService({ files }).root)).toContain(message);
  });

  it.each([
    [{ '@nestjs/core': '^11.1.0' }, 'The target has Nest 11. The modules need Nest 12'],
    [{ redis: '^4.7.0' }, 'The target has redis ^4.7.0, the modules need '],
    [{ cockatiel: '2.0.0' }, 'The target has cockatiel 2.0.0'],
  ])('for a target with %j', async (packages, message) => {
    expect(await refusal(nestService({ packages }).root)).toContain(message);
  });

  it('for a platform that a module does not work on', async () => {
    const files = {
      'package.json': packageJson({ '@nestjs/core': '^12.0.0', '@nestjs/platform-fastify': '^12.0.0' }),
    };
    expect(await refusal(nestService({ files }).root, { modules: ['sessions'] })).toMatch(
      /^The target runs on fastify, but sessions needs express\./,
    );
  });

  it('for a missing target, this repository, and an unknown module', async () => {
    const { root } = nestService();
    await expect(copyModules({ modules: ['sessions'], target: join(root, 'none') })).rejects.toThrow(
      'is no folder',
    );
    await expect(copyModules({ modules: ['sessions'], target: REPOSITORY })).rejects.toThrow(
      'this repository itself',
    );
    expect(await refusal(root, { modules: ['session'] })).toContain(
      'There is no module "session". Choose from ',
    );
    expect(await refusal(root, { modules: [] })).toContain('Nothing was copied into ');
  });

  it.each(['lib', '../src', '/tmp'])(
    'for the folder %s, which nest build does not compile',
    async (folder) => {
      expect(await refusal(nestService().root, { folder })).toContain('which nest build does not compile');
    },
  );

  it('for uncommitted changes, unless they are allowed', async () => {
    const service = nestService();
    execFileSync('git', ['init', '-q'], { cwd: service.root });
    expect(await refusal(service.root)).toContain('has uncommitted changes. Commit or stash them first');
    await copyModules({ modules: ['leaderboard'], target: service.root, allowDirty: true });
    expect(service.read('src/leaderboard/index.ts')).toContain('LeaderboardModule');
  });

  // The superuser may write everywhere.
  it.skipIf(process.getuid?.() === 0)('without write permission', async () => {
    const service = nestService();
    chmodSync(join(service.root, 'src'), 0o500);
    expect(await refusal(service.root)).toContain('You may not write to ');
    chmodSync(join(service.root, 'src'), 0o700);
  });

  it('while an interrupted copy is not undone, if it may not change anything', () => {
    const { root } = nestService();
    mkdirSync(join(root, STAGE));
    writeFileSync(join(root, STAGE, 'process'), '999999999');
    expect(() => previewCopy({ modules: ['sessions'], target: root })).toThrow(
      'An earlier copy was interrupted.',
    );
  });
});

describe('npm run copy', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', RUN, ...args], { encoding: 'utf8', cwd: REPOSITORY });

  it('lists the modules with --list', () => {
    const { stdout, status } = run('--list');
    expect(stdout).toMatch(
      /^leaderboard: .+\n {2}with common, engine, database; \d+ packages; on express; creates its tables\n {2}settings: .*GAME_SERVER_KEY/m,
    );
    expect(status).toBe(0);
  });

  it('shows a plan with --dry-run, and copies without it', () => {
    const { root } = nestService();
    const dry = run('query-cache', root, '--dry-run');
    expect(dry.stdout).toContain('new      src/query-cache/index.ts\n');
    expect(dry.stdout).toContain('+    QueryCacheModule.forRootAsync({\n');
    expect(dry.stdout).toMatch(/Nothing was changed\.\n$/);
    const { stdout, stderr, status } = run('query-cache', root);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /^common, engine, query-cache: files: \d+ new, \d+ updated\nLeft to do:\n {2}Run npm install\.\n/,
    );
  });

  it('leaves the target as it was when Ctrl-C comes while it writes', async () => {
    const { root } = nestService();
    const before = filesIn(root);
    const modules = ['sessions', 'query-cache', 'plain-cache', 'leaderboard'];
    const child = spawn(process.execPath, ['--import', 'tsx', RUN, ...modules, root], { cwd: REPOSITORY });
    const watcher = watch(root, (_event, name) => {
      // Its removal is a change too.
      if (name === STAGE && !child.killed) child.kill('SIGINT');
    });
    const [status] = (await once(child, 'exit')) as [number | null];
    watcher.close();
    // On a busy machine the signal may come when everything is written.
    const isUntouched = isDeepStrictEqual(filesIn(root), before);
    expect([
      [130, true],
      [0, false],
    ]).toContainEqual([status, isUntouched]);
    expect(filesIn(root)).not.toContain(STAGE);
  });

  it.each([
    [['nonsense', '/nowhere'], 'is no folder'],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--diff'], 'Name the folder of the service last'],
  ])('exits with 1 and one line for %j', (args, message) => {
    const { stderr, stdout, status } = run(...args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect([stdout, status]).toEqual(['', 1]);
  });
});
