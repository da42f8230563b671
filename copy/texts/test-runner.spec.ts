import { describe, expect, it } from 'vitest';
import { addTestScript, nameOfTest } from './test-runner.js';

describe('nameOfTest', () => {
  it('keeps the names of tests in a service with Vitest', () => {
    expect(nameOfTest('src/a/a.spec.ts', { testRunner: 'vitest' })).toBe('src/a/a.spec.ts');
  });

  it.each(['src/a/a.spec.ts', 'test/copied/a.e2e-spec.ts'])(
    'gives %s a name that Jest does not look for and nest build leaves out',
    (path) => {
      const name = nameOfTest(path, { testRunner: 'jest' });
      expect(name).not.toMatch(/.*\.spec\.ts$|.e2e-spec.ts$/);
      expect(name).toMatch(/spec\.ts$/);
    },
  );

  it('keeps the names of other files', () => {
    expect(nameOfTest('src/a/a.ts', { testRunner: 'jest' })).toBe('src/a/a.ts');
  });
});

describe('addTestScript', () => {
  it('adds a script and keeps the others', () => {
    expect(JSON.parse(addTestScript('{ "scripts": { "test": "jest" } }'))).toEqual({
      scripts: { test: 'jest', 'test:copied': 'vitest run --config vitest.copied.config.mts' },
    });
  });
});
