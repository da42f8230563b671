/**
 * Which tests run. `quick`: `npm test`. `all`: `npm run test:all`, and runs of single files. `matrix`: `npm run test:matrix`, which uses
 * every engine where the others use one.
 */
export const SCOPE = scopeOf(process.env['TEST_SCOPE'] || 'all');

type Scope = 'quick' | 'all' | 'matrix';

/** The number of repetitions of a random or concurrent test. `npm test` does a tenth of them, but at least one. */
export function rounds(all: number): number {
  return SCOPE === 'quick' ? Math.ceil(all / 10) : all;
}

/** Files that `npm test` skips, by subject. */
export const NOT_IN_QUICK: Readonly<Record<string, string>> = {
  'the servers of local/': 'test/e2e/local/**/*.e2e-spec.ts',
  'the built app': 'test/e2e/built/**/*.e2e-spec.ts',
  'the browser': 'test/browser/**/*.e2e-spec.ts',
  'docker-compose.yml': 'test/e2e/docker/**/*.e2e-spec.ts',
  'Sentinel and Cluster': 'test/e2e/engine/app-on-topologies.e2e-spec.ts',
};

function scopeOf(text: string): Scope {
  if (text === 'quick' || text === 'all' || text === 'matrix') return text;
  throw new Error(`TEST_SCOPE must be quick, all or matrix, not "${text}".`);
}
