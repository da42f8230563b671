import { defineConfig } from 'vitest/config';

// Synthesis takes seconds on a busy machine. One worker loads the CDK once.
export default defineConfig({
  test: {
    include: ['test/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    isolate: false,
  },
});
