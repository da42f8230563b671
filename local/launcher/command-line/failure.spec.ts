import { describe, expect, it } from 'vitest';
import { describeFailure } from './failure.js';

describe('describeFailure', () => {
  it.each([
    [{ code: 'ENOSPC', path: '/x' }, 'The disk is full at /x. Free some space'],
    [{ code: 'EACCES', path: '/x' }, 'This user may not write at /x.'],
    [{ code: 'EROFS' }, 'This user may not write.'],
  ])('gives %j a remedy', (properties, sentence) => {
    expect(describeFailure(Object.assign(new Error('why'), properties))).toMatch(sentence);
  });

  it('finds a full disk in a log of PostgreSQL', () => {
    expect(describeFailure(new Error('FATAL: could not write: No space left on device'))).toMatch(
      'disk is full',
    );
  });

  it('leaves other errors as they are', () => {
    expect(describeFailure(new Error('Port 3000 is taken.'))).toBe('Port 3000 is taken.');
  });
});
