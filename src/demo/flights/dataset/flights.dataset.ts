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
  /** How many flights to load, from the beginning of the file, which is sorted by date; all by default. */
  readonly rows?: number | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  readonly step: 'copying' | 'indexing';
  readonly rows: number;
  readonly rowsTotal: number;
}

export interface LoadResult {
  /** `kept`: the same data were loaded already. */
  readonly outcome: 'loaded' | 'replaced' | 'kept';
  readonly rows: number;
}

// Increase it with every change of the tables in flights.sql.ts.
const TABLES_VERSION = 1;
const VERSION = `${SOURCE}, tables ${TABLES_VERSION}`;

/**
 * Loads the flights into the database, unless they are loaded already: table `flights` (ids are row numbers of the file, from 1), the airports
 * that these flights use, and `dataset`, which records what is loaded.
 *
 * In one transaction: an interrupted load changes nothing. A smaller load takes the first N flights, not a sample: days stay complete, and
 * nearly all airports and routes are included (100,000 flights are the first six days, with 223 of 229 airports and 3,269 of 3,399 routes).
 * Loading another number of rows drops flights that were added since.
 */
export async function loadFlightsDataset(options: LoadOptions): Promise<LoadResult> {
  const file = await openFlightsFile();
  const rows = Math.min(options.rows ?? file.rows, file.rows);
  const client = new Client({ connectionString: options.databaseUrl, application_name: 'flights-dataset' });
  // A lost connection also rejects the running query. Without a listener the event would end the process.
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
    await client.query(sql.PUBLISH_CHANGE);
    await client.query('commit');
    return { outcome: loaded ? 'replaced' : 'loaded', rows };
  } finally {
    // Also rolls back an unfinished transaction.
    await client.end();
  }
}

async function loadedDataset(client: Client): Promise<{ rows: number; version: string } | undefined> {
  // When two nodes start on one empty database, the second waits here and then finds the data.
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
  // The pipeline requests a chunk when the server has received the last one, so memory holds one row group.
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
