import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const require = createRequire(import.meta.url);
const PACKAGE = resolve(dirname(require.resolve('vega-datasets')), '..');

export const FLIGHTS_FILE = join(PACKAGE, 'data', 'flights-3m.parquet');
export const AIRPORTS_FILE = join(PACKAGE, 'data', 'airports.csv');
export const SOURCE = `vega-datasets ${(require(join(PACKAGE, 'package.json')) as { version: string }).version}`;

const COLUMNS = ['date', 'delay', 'distance', 'origin', 'destination'] as const;

/** Consecutive flights of the file by column, not checked yet. */
export type FlightColumns = Readonly<Record<(typeof COLUMNS)[number], ArrayLike<unknown>>> & {
  /** How many rows of the file come before. */
  readonly rowsBefore: number;
  readonly rows: number;
};

export interface FlightsFile {
  readonly rows: number;
  /** Reads the first `rows` flights, one row group (a quarter of a million flights) in memory at a time. */
  read(rows: number): AsyncGenerator<FlightColumns>;
}

export async function openFlightsFile(): Promise<FlightsFile> {
  const file = await asyncBufferFromFile(FLIGHTS_FILE);
  const metadata = await parquetMetadataAsync(file);
  return {
    rows: Number(metadata.num_rows),
    async *read(rows) {
      let rowsBefore = 0;
      for (const group of metadata.row_groups) {
        if (rowsBefore >= rows) return;
        const rowEnd = rowsBefore + Number(group.num_rows);
        const columns = { date: [], delay: [], distance: [], origin: [], destination: [] };
        await parquetRead({
          file,
          metadata,
          compressors,
          rowStart: rowsBefore,
          rowEnd,
          columns: [...COLUMNS],
          // Microseconds: three million Date objects would become garbage at once.
          parsers: { timestampFromMicroseconds: (microseconds) => microseconds },
          onChunk: ({ columnName, columnData }) => Object.assign(columns, { [columnName]: columnData }),
        });
        yield { ...columns, rowsBefore, rows: Math.min(rowEnd, rows) - rowsBefore };
        rowsBefore = rowEnd;
      }
    },
  };
}
