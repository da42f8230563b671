import type { Target } from '../target/target.js';
import { setJson } from './json-text.js';

/** In a service with Jest, copied tests have names that Jest does not look for: they run on Vitest, which works on every Node. */
export function nameOfTest(path: string, { testRunner }: Pick<Target, 'testRunner'>): string {
  return testRunner === 'jest' ? path.replace(/\.(e2e-)?spec\.ts$/, '.vitest-spec.ts') : path;
}

/** The configuration of Vitest in a service with Jest. */
export const VITEST_CONFIG = 'vitest.copied.config.mts';

export const VITEST_CONFIG_TEXT = `import { defineConfig } from 'vitest/config';

// For the tests of copied modules: Jest loads Nest 12 only on Node 24.9 and later.
export default defineConfig({
  test: { include: ['{src,test}/**/*.vitest-spec.ts'], testTimeout: 60_000 },
});
`;

/** Adds the script that runs the copied tests of a service with Jest. */
export function addTestScript(packageJson: string): string {
  return setJson(packageJson, ['scripts', 'test:copied'], `vitest run --config ${VITEST_CONFIG}`);
}
