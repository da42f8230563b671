import { describe, expect, it } from 'vitest';
import { describeFailure } from './failure.js';

describe('describeFailure', () => {
  it.each([
    [{ code: 'ENOSPC', path: '/x' }, 'The disk is full at /x. Free some space'],
    [{ code: 'EACCES', path: '/x' }, 'Permission denied at /x.'],
    [{ code: 'EROFS' }, 'Permission denied.'],
  ])('adds a remedy to %j', (properties, sentence) => {
    expect(describeFailure(Object.assign(new Error('why'), properties))).toMatch(sentence);
  });

  it('recognises a full disk in a log of PostgreSQL', () => {
    expect(describeFailure(new Error('FATAL: could not write: No space left on device'))).toMatch(
      'disk is full',
    );
  });

  it('returns other messages unchanged', () => {
    expect(describeFailure(new Error('Port 3000 is in use.'))).toBe('Port 3000 is in use.');
  });
});
