import { describe, expect, it } from 'vitest';
import { Query, type QueryDefinition } from './query-definition.js';

function define(changes: Partial<QueryDefinition<{ id: number }, string>>) {
  return new Query({ name: 'a.query', ttlSeconds: 60, load: () => Promise.resolve('x'), ...changes });
}

describe('the definition of a query', () => {
  it.each([
    [{ ttlSeconds: 0 }, 'ttlSeconds 0'],
    [{ ttlSeconds: -1 }, 'ttlSeconds -1'],
    [{ ttlSeconds: 1.5 }, 'ttlSeconds 1.5'],
    [{ ttlSeconds: 30 * 24 * 3_600 + 1 }, 'ttlSeconds 2592001'],
    [{ staleSeconds: -1 }, 'staleSeconds -1'],
    [{ ttlSeconds: 30 * 24 * 3_600, staleSeconds: 1 }, '2592001 seconds'],
    [{ negativeTtlSeconds: 0 }, 'negativeTtlSeconds 0'],
    [{ schemaVersion: Number.NaN }, 'schemaVersion NaN'],
    [{ loadTimeoutSeconds: 0 }, 'loadTimeoutSeconds 0'],
    [{ concurrentLoads: 0 }, 'concurrentLoads 0'],
    [{ name: 'a query' }, 'letters, digits, dots and dashes'],
    [{ name: 'a{b}' }, 'letters, digits, dots and dashes'],
  ])('is refused with %j, saying what to write', (changes, problem) => {
    expect(() => define(changes)).toThrow(
      expect.objectContaining({ code: 'E_QUERY_DEFINITION', message: expect.stringContaining(problem) }),
    );
  });

  it('refuses arguments that name no scope where one was declared', () => {
    const query = define({ scope: () => '' });
    expect(() => query.scopeOf({ id: 1 })).toThrow(
      'The query "a.query" has a scope, but these arguments name none',
    );
    expect(define({}).scopeOf({ id: 1 })).toBeNull();
  });

  it('refuses tags that are too many or empty', () => {
    expect(() => define({ tags: () => Array.from({ length: 33 }, String) }).tagsOf({ id: 1 })).toThrow(
      '33 tags',
    );
    expect(() => define({ tags: () => [''] }).tagsOf({ id: 1 })).toThrow('tag that is empty');
  });
});
