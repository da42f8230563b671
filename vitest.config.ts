import { defineConfig } from 'vitest/config';

const onRealServers = {
  globalSetup: ['test/support/servers.ts'],
  testTimeout: 20_000,
  hookTimeout: 60_000,
};

/** These hurt servers under load and watch how soon things recover: one file at a time, after the others. */
const faults = ['test/e2e/{built,engine}/**/*.e2e-spec.ts', 'test/contracts/**/*.contract-spec.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,local,load,web}/**/*.spec.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e-spec.ts'],
          exclude: faults,
          sequence: { groupOrder: 1 },
          // Mostly they wait for servers; vitest would leave one of two cores idle.
          maxWorkers: 2,
          ...onRealServers,
        },
      },
      {
        test: {
          name: 'faults',
          include: faults,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...onRealServers,
        },
      },
    ],
  },
});
