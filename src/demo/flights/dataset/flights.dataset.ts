import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPY_HEADER, COPY_TRAILER, encodeFlights } from './copy-encoder.js';
import { AIRPORTS_FILE, openFlightsFile, SOURCE } from './flights.parquet.js';
import * as sql from './flights.sql.js';

export interface LoadOptions {
  readonly databaseUrl: string;
  /** The first so many flights of the file, which is sorted by date; more than it has, or nothing, is all. */
  readonly rows?: number | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  readonly step: 'copying' | 'indexing';
  readonly rows: number;
  readonly rowsTotal: number;
}

export interface LoadResult {
  /** `kept`: the same data were there already, and nothing was done. */
  readonly outcome: 'loaded' | 'replaced' | 'kept';
  readonly rows: number;
}

// The tables' shape is part of what is loaded: raise it with every change of flights.sql.ts.
const TABLES_VERSION = 1;
const VERSION = `${SOURCE}, tables ${TABLES_VERSION}`;

/**
 * Makes the database hold the flights data set: table `flights` (ids are row numbers of the file, from 1),
 * the airports that these flights use, and `dataset`, which says what is loaded.
 *
 * All of it in one transaction: an interrupted load leaves what was there before. The first N flights
 * rather than a sample: days stay complete and the data keep nearly all airports and routes (100,000
 * flights are the first six days, with 223 of 229 airports and 3,269 of 3,399 routes), and only as
 * much of the file is decoded as is loaded. Loading another number of rows drops flights added since.
 */
export async function loadFlightsDataset(options: LoadOptions): Promise<LoadResult> {
  const file = await openFlightsFile();
  const rows = Math.min(options.rows ?? file.rows, file.rows);
  const client = new Client({ connectionString: options.databaseUrl, application_name: 'flights-dataset' });
  // A lost connection rejects the query under way as well; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const loaded = await loadedDataset(client);
    if (loaded?.rows === rows && loaded.version === VERSION) {
      await client.query('commit');
      return { outcome: 'kept', rows };
    }
    await client.query(sql.CREATE_TABLES);
    const airports = await copyFlights(client, file.read(rows), (rowsDone) =>
      options.onProgress?.({ step: 'copying', rows: rowsDone, rowsTotal: rows }),
    );
    options.onProgress?.({ step: 'indexing', rows, rowsTotal: rows });
    await copyAirports(client, airports);
    await client.query(sql.ADD_INDICES);
    await client.query(sql.CONTINUE_IDS);
    await client.query(sql.REMEMBER, [rows, VERSION]);
    await client.query('commit');
    return { outcome: loaded ? 'replaced' : 'loaded', rows };
  } finally {
    // Ends an unfinished transaction too, and with it everything it did.
    await client.end();
  }
}

async function loadedDataset(client: Client): Promise<{ rows: number; version: string } | undefined> {
  // Two nodes may start on one empty database: the second waits here and then finds the data loaded.
  await client.query(sql.LOCK);
  await client.query(sql.CREATE_DATASET_TABLE);
  const found = await client.query<{ rows: number; version: string }>(sql.LOADED);
  return found.rows[0];
}

/** Returns the airports that the flights use. */
async function copyFlights(
  client: Client,
  flights: ReturnType<Awaited<ReturnType<typeof openFlightsFile>>['read']>,
  onRows: (rows: number) => void,
): Promise<Set<string>> {
  const airports = new Set<string>();
  async function* bytes(): AsyncGenerator<Buffer> {
    let rowsDone = 0;
    yield COPY_HEADER;
    for await (const columns of flights) {
      for (const chunk of encodeFlights(columns, airports)) {
        yield chunk.bytes;
        rowsDone += chunk.rows;
        onRows(rowsDone);
      }
    }
    yield COPY_TRAILER;
  }
  // The pipeline asks for a chunk when the server has taken the last: memory holds one row group.
  await pipeline(Readable.from(bytes()), client.query(copyFrom(sql.COPY_FLIGHTS)));
  return airports;
}

async function copyAirports(client: Client, used: ReadonlySet<string>): Promise<void> {
  await client.query(sql.CREATE_ALL_AIRPORTS);
  await pipeline(createReadStream(AIRPORTS_FILE), client.query(copyFrom(sql.COPY_ALL_AIRPORTS)));
  const { rowCount } = await client.query(sql.KEEP_USED_AIRPORTS, [[...used]]);
  if (rowCount !== used.size) {
    throw new Error(`Flights use ${used.size} airports, of which ${AIRPORTS_FILE} has only ${rowCount}.`);
  }
}
