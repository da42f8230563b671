import { configDefaults, defineConfig } from 'vitest/config';
import { leftOut } from './test/profiles/left-out.js';
import { PROFILE } from './test/support/profiles/profile.js';
import { SKIPPED } from './test/support/scope.js';

const skipped = [
  ...configDefaults.exclude,
  ...SKIPPED,
  ...(PROFILE ? leftOut(PROFILE).map(({ glob }) => glob) : []),
];

const onRealServers = {
  globalSetup: ['test/support/servers.ts'],
  // Also on a machine that is busy with something else.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 10_000 } },
};

/**
 * Files that share a worker share its modules: loading Nest and the application for each file costs more processor time than most
 * files' tests. So a test file leaves no global state behind.
 */
const onceLoaded = { isolate: false, restoreMocks: true };

/** These hurt servers under load and watch how soon things recover: one file at a time, after the others. */
const faults = ['test/e2e/{built,engine,lab}/**/*.e2e-spec.ts', 'test/contracts/**/*.contract-spec.ts'];

/** The tests that travel with a module, here and in services that it was copied into. */
const copies = ['test/{copied,copy}/**/*.e2e-spec.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,local,load,lab,copy,web}/**/*.spec.ts'],
          // It is the test of a new service.
          exclude: [...configDefaults.exclude, 'copy/service/**'],
          ...onceLoaded,
          // Property tests take seconds on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e-spec.ts'],
          exclude: [...skipped, ...faults, ...copies],
          sequence: { groupOrder: 1 },
          // Mostly they wait for servers; vitest would leave one of two cores idle.
          maxWorkers: 2,
          ...onceLoaded,
          ...onRealServers,
        },
      },
      {
        test: {
          name: 'faults',
          include: faults,
          exclude: skipped,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...onRealServers,
        },
      },
      {
        test: {
          name: 'copies',
          include: copies,
          exclude: skipped,
          sequence: { groupOrder: 3 },
          maxWorkers: 2,
          globalSetup: ['test/support/copied/servers.ts'],
          setupFiles: ['test/support/copied/environment.ts'],
          // One step is a build or an installation of packages.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
