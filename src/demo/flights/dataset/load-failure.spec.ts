import { describe, expect, it } from 'vitest';
import { describeLoadFailure } from './load-failure.js';

const url = 'postgres://ada:secret@db.example:5432/caching';

describe('describeLoadFailure', () => {
  it.each([
    ['53100', 'disk of PostgreSQL at db.example:5432 is full'],
    ['28P01', 'refuses the user name or the password'],
    ['3D000', 'has no database caching'],
    ['ECONNREFUSED', 'No PostgreSQL answers at db.example:5432'],
  ])('names the remedy for %s', (code, sentence) => {
    expect(describeLoadFailure(Object.assign(new Error('x'), { code }), url)).toContain(sentence);
  });

  it('reads the errors of a host with several addresses', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(describeLoadFailure(new AggregateError([refused, refused]), url)).toContain(
      'No PostgreSQL answers',
    );
  });

  it('does not contain the password', () => {
    expect(describeLoadFailure(new Error('odd'), url)).not.toContain('secret');
  });
});
