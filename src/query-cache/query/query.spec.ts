import { describe, expect, it } from 'vitest';
import { scopeOf, tagsOf } from './query-cache.keys.js';
import type { QueryDefinition } from './query-definition.js';
import { Query } from './query.js';

function define(changes: Partial<QueryDefinition<{ id: number }, string>>) {
  return new Query({ name: 'a.query', ttlSeconds: 60, load: () => Promise.resolve('x'), ...changes });
}

describe('Query', () => {
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
  ])('rejects a definition with %j and says what to use instead', (changes, problem) => {
    expect(() => define(changes)).toThrow(
      expect.objectContaining({ code: 'E_QUERY_DEFINITION', message: expect.stringContaining(problem) }),
    );
  });

  it('rejects arguments without a scope when the query has one', () => {
    const query = define({ scope: () => '' });
    expect(() => scopeOf(query, { id: 1 })).toThrow(
      'The query "a.query" has a scope, but these arguments contain none',
    );
    expect(scopeOf(define({}), { id: 1 })).toBeNull();
  });

  it('rejects too many tags and empty tags', () => {
    expect(() => tagsOf(define({ tags: () => Array.from({ length: 33 }, String) }), { id: 1 })).toThrow(
      '33 tags',
    );
    expect(() => tagsOf(define({ tags: () => [''] }), { id: 1 })).toThrow('tag that is empty');
  });
});
