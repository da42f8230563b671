import { describe, expect, it } from 'vitest';
import { encodeFlights } from './copy-encoder.js';
import type { FlightColumns } from './flights.parquet.js';

const flight = {
  date: 978_307_260_000_000n,
  delay: -13n,
  distance: 2176n,
  origin: 'LAS',
  destination: 'PHL',
};

function columns(...flights: Partial<Record<keyof typeof flight, unknown>>[]): FlightColumns {
  const complete = flights.map((changes) => ({ ...flight, ...changes }));
  const column = (name: keyof typeof flight): unknown[] => complete.map((row) => row[name]);
  return {
    rowsBefore: 41,
    rows: flights.length,
    date: column('date'),
    delay: column('delay'),
    distance: column('distance'),
    origin: column('origin'),
    destination: column('destination'),
  };
}

describe('encodeFlights', () => {
  it('writes one row in the binary format of COPY', () => {
    const [chunk] = encodeFlights(columns({}), new Set());
    // 2001-01-01 00:01:00, in microseconds after 2000-01-01.
    const date = (366 * 86_400 + 60) * 1_000_000;
    expect(chunk?.bytes.toString('hex')).toBe(
      [
        '0006',
        '000000040000002a',
        `00000008${date.toString(16).padStart(16, '0')}`,
        '00000002fff3',
        '000000020880',
        '000000034c4153',
        '0000000350484c',
      ].join(''),
    );
  });

  it('collects the airports that flights use', () => {
    const airports = new Set<string>();
    expect([...encodeFlights(columns({}, { origin: 'ATL' }), airports)]).toHaveLength(1);
    expect([...airports].toSorted()).toEqual(['ATL', 'LAS', 'PHL']);
  });

  it('splits many flights into chunks of at most 64 KB', () => {
    const chunks = [...encodeFlights(columns(...Array.from({ length: 3000 }, () => ({}))), new Set())];
    expect(chunks.length).toBeGreaterThan(1);
    expect(Math.max(...chunks.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(65_536);
    expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(3000);
  });

  it.each<[keyof typeof flight, unknown]>([
    ['delay', null],
    ['delay', 32_768],
    ['distance', undefined],
    ['date', null],
    ['origin', 'LASX'],
    ['destination', null],
  ])('rejects a flight whose %s is %j and names its row', (column, value) => {
    expect(() => [...encodeFlights(columns({}, { [column]: value }), new Set())]).toThrow(
      `Row 43 of the flights has an unusable ${column}: ${String(value)}.`,
    );
  });
});
