import { describe, expect, it } from 'vitest';
import { UsageError } from '../command-line/options.js';
import { FLIGHTS } from './flights.js';

describe('FLIGHTS', () => {
  it('are all flights unless DATASET_ROWS is set', () => {
    expect(FLIGHTS.read({}).bytes).toBe(1.3e9);
    expect(FLIGHTS.read({ DATASET_ROWS: '' }).bytes).toBe(1.3e9);
    expect(FLIGHTS.read({ DATASET_ROWS: '300000' }).bytes).toBe(1.3e8);
  });

  it('rejects a number of rows that is none in one sentence', () => {
    expect(() => FLIGHTS.read({ DATASET_ROWS: '1e6' })).toThrow(
      new UsageError('DATASET_ROWS must be a whole number from 1 to 3000000, not "1e6".'),
    );
  });
});
