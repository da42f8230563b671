import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyModules, previewCopy } from './copy-modules.js';
import { versionOf } from './templates/repository.js';
import { nestService, type NestService } from './testing/nest-service.js';

function filesOf({ root }: NestService): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
}

describe('copyModules', () => {
  it('copies a module with what it needs, its scripts, tests and README', async () => {
    const service = nestService();
    await copyModules({ modules: ['leaderboard'], target: service.root });
    for (const path of [
      'src/leaderboard/index.ts',
      'src/leaderboard/README.md',
      'src/leaderboard/ledger/leaderboard.migrations.ts',
      'src/leaderboard/sorted-sets/scripts/apply.lua',
      'src/leaderboard/domain/periods.spec.ts',
      'test/copied/leaderboard.e2e-spec.ts',
      'src/engine/redis-engine.ts',
      'src/database/database.ts',
      'src/common/index.ts',
    ])
      expect([path, existsSync(join(service.root, path))]).toEqual([path, true]);
    for (const path of [
      'src/sessions',
      'src/leaderboard/template.json',
      'src/leaderboard/GUARANTEES.md',
      '.caching-copy.tmp',
    ])
      expect([path, existsSync(join(service.root, path))]).toEqual([path, false]);
  });

  it('adds exact versions of packages, and leaves those that the service has', async () => {
    const service = nestService();
    await copyModules({ modules: ['leaderboard'], target: service.root });
    const { dependencies, devDependencies } = JSON.parse(service.read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    expect(dependencies).toMatchObject({
      redis: versionOf('redis'),
      pg: versionOf('pg'),
      '@nestjs/common': '^12.0.1',
    });
    expect(Object.keys(dependencies ?? {})).toEqual(Object.keys(dependencies ?? {}).toSorted());
    expect(devDependencies).toMatchObject({ '@types/pg': versionOf('@types/pg'), '@types/node': '^24.0.0' });
  });

  it('makes nest build copy the Lua scripts, and describes the settings', async () => {
    const service = nestService({ files: { '.env.example': 'PORT=3000\n' } });
    await copyModules({ modules: ['query-cache'], target: service.root });
    expect(JSON.parse(service.read('nest-cli.json'))).toMatchObject({
      compilerOptions: { deleteOutDir: true, assets: ['**/*.lua'] },
    });
    expect(service.read('.env.example')).toMatch(/^PORT=3000\n\n# .+\nENGINE_URL=redis:\/\//);
  });

  it('imports the modules into the root module, each once', async () => {
    const service = nestService();
    await copyModules({ modules: ['query-cache'], target: service.root });
    await copyModules({ modules: ['sessions', 'query-cache'], target: service.root });
    const text = service.read('src/app.module.ts');
    for (const name of ['EngineModule', 'QueryCacheModule', 'SessionsModule'])
      expect(text.match(new RegExp(`${name}\\.forRootAsync`, 'g'))).toHaveLength(1);
    expect(text).toMatch(/roles: \{\n +cache: .+,\n +sessions: /);
    expect(text).not.toContain('DatabaseModule');
  });

  it('does not import a module that is needed for its code alone, until it is named', async () => {
    const service = nestService();
    await copyModules({ modules: ['plain-cache'], target: service.root });
    expect(service.read('src/app.module.ts')).toContain('CacheManagerModule.forRootAsync');
    expect(service.read('src/app.module.ts')).not.toContain('QueryCacheModule');
    await copyModules({ modules: ['query-cache'], target: service.root });
    expect(service.read('src/app.module.ts')).toContain('QueryCacheModule.forRootAsync');
  });

  it('copies into a folder of its own with --folder, and updates there', async () => {
    const service = nestService();
    await copyModules({ modules: ['query-cache'], target: service.root, folder: 'src/caching' });
    await copyModules({ modules: ['leaderboard'], target: service.root });
    expect(service.read('src/app.module.ts')).toContain("from './caching/leaderboard/index.js'");
    expect(existsSync(join(service.root, 'src/caching/leaderboard/index.ts'))).toBe(true);
    expect(existsSync(join(service.root, 'src/engine'))).toBe(false);
  });

  it('writes CommonJS for a CommonJS service', async () => {
    const service = nestService({ isCommonJs: true });
    await copyModules({ modules: ['leaderboard'], target: service.root });
    const code = filesOf(service).filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
    const text = code.map((path) => service.read(path)).join('\n');
    expect(code.length).toBeGreaterThan(100);
    expect(text).not.toContain('import.meta.url');
    expect(text).not.toMatch(/from '\.[^']*\.js'/);
  });

  it('runs the copied tests of a service with Jest on Vitest, also after an update', async () => {
    const service = nestService({ isCommonJs: true });
    await copyModules({ modules: ['query-cache'], target: service.root });
    await copyModules({ modules: ['leaderboard'], target: service.root });
    const tests = filesOf(service).filter((path) => /^(src|test)\/.*spec\.ts$/.test(path));
    expect(tests).toContain('test/copied/leaderboard.vitest-spec.ts');
    expect(tests.filter((path) => !path.endsWith('.vitest-spec.ts'))).toEqual([]);
    expect(JSON.parse(service.read('package.json'))).toMatchObject({
      scripts: { 'test:copied': 'vitest run --config vitest.copied.config.mts' },
      devDependencies: { jest: '^30.0.0', vitest: versionOf('vitest') },
    });
    expect(service.read('vitest.copied.config.mts')).toContain('*.vitest-spec.ts');
  });

  it('says what is left to do in at most three lines', async () => {
    const service = nestService();
    const { toDo } = await copyModules({ modules: ['sessions', 'leaderboard'], target: service.root });
    expect(toDo).toEqual([
      'Run npm install.',
      'Set GAME_SERVER_KEY, SESSION_SECRETS, SESSION_SEALING_KEYS in the environment, and check the other new settings in .env.example.',
    ]);
  });

  it('changes nothing when it runs again', async () => {
    const service = nestService();
    const modules = ['sessions', 'query-cache', 'plain-cache', 'leaderboard'];
    await copyModules({ modules, target: service.root });
    const before = filesOf(service)
      .filter((path) => path.includes('.'))
      .map((path) => [path, statText(service, path)]);
    const plan = await copyModules({ target: service.root });
    expect([...plan.copied, ...plan.service, ...plan.kept, ...plan.toDo]).toEqual([]);
    expect(
      filesOf(service)
        .filter((path) => path.includes('.'))
        .map((path) => [path, statText(service, path)]),
    ).toEqual(before);
  });
});

describe('previewCopy', () => {
  it('lists every change and makes none', async () => {
    const service = nestService();
    const before = filesOf(service);
    const request = { modules: ['leaderboard'], target: service.root };
    const preview = previewCopy(request);
    expect(filesOf(service)).toEqual(before);
    const plan = await copyModules(request);
    expect(preview.copied).toEqual(plan.copied);
    expect(preview.service.map(({ path }) => path)).toEqual([
      'package.json',
      'nest-cli.json',
      'src/app.module.ts',
      '.env.example',
    ]);
  });
});

function statText(service: NestService, path: string): string {
  try {
    return service.read(path);
  } catch {
    // A folder.
    return '';
  }
}
