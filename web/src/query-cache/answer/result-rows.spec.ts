import { describe, expect, it } from 'vitest';
import { toTable } from './result-rows.js';

describe('toTable', () => {
  it('shows the list inside an answer, with units', () => {
    const table = toTable({
      origin: 'ORD',
      routes: [
        { destination: 'LGA', flights: 5123, meanDelay: 12.345 },
        { destination: 'SFO', flights: 40, meanDelay: 7 },
      ],
    });
    expect(table).toEqual({
      columns: ['destination', 'flights', 'mean, min'],
      rows: [
        ['LGA', '5,123', '12.3'],
        ['SFO', '40', '7.0'],
      ],
      numeric: [false, true, true],
    });
  });

  it('shows a single object as one row, and its id without digit grouping', () => {
    expect(toTable({ id: 1234567, origin: 'ORD' }).rows).toEqual([['1234567', 'ORD']]);
  });

  it('has no rows for an empty list', () => {
    expect(toTable({ airports: [] }).rows).toEqual([]);
  });
});
