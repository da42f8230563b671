import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unlistedPackages } from './imported-packages.js';
import { type ModuleKind, NestService } from './nest-service.js';

/** A request to a service that has the module, and the status of its answer. */
const ROUTES = {
  sessions: ['/api/sessions/current', 401],
  'query-cache': ['/', 200],
  'plain-cache': ['/', 200],
  leaderboard: ['/api/leaderboards/arena?limit=many', 422],
} as const;
type Copied = keyof typeof ROUTES;
const MODULES = Object.keys(ROUTES) as Copied[];

/** The commands that run the copied tests: with Vitest the service's own, with Jest the one that the copy added. */
const TESTS = {
  esm: { unit: ['test', '--', '--testTimeout=60000'], ofModules: ['run', 'test:e2e'] },
  cjs: { unit: ['run', 'test:copied', '--', 'src'], ofModules: ['run', 'test:copied', '--', 'test/copied'] },
};

/** Copies each module alone and all together into one service, and does there what its developers would do. */
export function describeCopies(type: ModuleKind): void {
  let service: NestService;

  beforeAll(async () => {
    service = await NestService.create(type);
    await service.copy(...MODULES);
    // The packages of all modules: a module alone needs some of them.
    await service.install();
  });
  afterAll(() => service.remove());

  describe('with all modules', () => {
    it('passes the unit tests that were copied', async () => {
      expect(await service.npm(...TESTS[type].unit)).toMatch(/Test Files +\d+ passed/);
    });
    checkService(MODULES);
  });

  describe.each(MODULES)('with %s alone', (module) => {
    beforeAll(async () => {
      await service.reset();
      await service.copy(module);
    });
    checkService([module]);
  });

  function checkService(modules: Copied[]): void {
    it('names every package that it imports in its package.json', async () => {
      expect(await unlistedPackages(service.folder)).toEqual([]);
    });

    it('has no type error', async () => {
      expect(await service.npx('tsc', '--noEmit')).toBe('');
    });

    it('passes its lint without a warning', async () => {
      expect(await service.npm('run', 'lint')).toContain('Found 0 warnings and 0 errors');
    });

    it('passes the tests that were copied', async () => {
      const output = await service.npm(...TESTS[type].ofModules);
      for (const module of modules) expect(output).toMatch(new RegExp(`✓ test/copied/${module}\\.`));
    });

    it('builds, starts and answers', async () => {
      await service.npm('run', 'build');
      const requests = modules.map((module) => ROUTES[module]);
      const statuses = await service.whileStarted((url) =>
        Promise.all(requests.map(async ([path]) => (await fetch(url + path)).status)),
      );
      expect(statuses).toEqual(requests.map(([, status]) => status));
    });
  }
}
