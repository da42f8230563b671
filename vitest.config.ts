import { defineConfig } from 'vitest/config';

const onRealServers = {
  globalSetup: ['test/support/servers.ts'],
  testTimeout: 20_000,
  hookTimeout: 60_000,
};

/** These kill and pause servers of many kinds and watch how soon things recover: one file at a time, after the others. */
const faults = 'test/e2e/{engine,local}/**/*.e2e-spec.ts';

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
          exclude: [faults],
          sequence: { groupOrder: 1 },
          ...onRealServers,
        },
      },
      {
        test: {
          name: 'faults',
          include: [faults],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          ...onRealServers,
        },
      },
    ],
  },
});
