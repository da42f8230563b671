import { join } from 'node:path';
import { unprivilegedAccount } from '../machine/account.js';
import { type LocalServer, startServer } from '../processes/local-server.js';
import { reachableDataDirectory, dataOwner, openData, serverEnvironment } from './postgres-data.js';
import { postgresProgram } from './postgres-program.js';
import { temporaryDirectory } from '../machine/temporary-directory.js';

export interface PostgresOptions {
  /** Keeps the data here. Default: a temporary directory, which is removed after `stop()`. */
  readonly directory?: string;
  /** Receives one-line notices, for example that the data had to go to another directory. */
  readonly onNotice?: (line: string) => void;
}

export interface LocalPostgres extends LocalServer {
  /** The directory that contains the data. */
  readonly directory: string;
}

/**
 * Starts PostgreSQL from the binaries in node_modules. It listens on the loopback only and has a random password, which is stored
 * beside its data. When this process is root, PostgreSQL runs as user `postgres`, or as `nobody` if there is none.
 * The URL names the database `postgres`, which is empty at first.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
  const { onNotice = () => undefined } = options;
  const usual = await unprivilegedAccount('postgres', 'nobody');
  const temporary = options.directory === undefined ? await temporaryDirectory('postgres', usual) : undefined;
  const wanted = temporary ? join(temporary.path, 'postgres') : (options.directory ?? '');
  const directory = await reachableDataDirectory(wanted, { account: usual, onNotice });
  const account = usual && ((await dataOwner(directory)) ?? usual);
  const program = await postgresProgram({ account, onNotice });
  const { data, password } = await openData(directory, program, account);
  const server = await startServer({
    name: 'postgres',
    version: program.version,
    url: (port) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    command: (port) => ({
      program: program.postgres,
      args: ['-D', data, '-p', `${port}`, ...settings(temporary !== undefined)],
      stopSignal: 'INT',
      graceSeconds: 10,
      account,
      env: serverEnvironment(),
    }),
    ready: (process) => process.logged(/database system is ready to accept connections/),
    // Includes the recovery from the write-ahead log after a crash.
    readyWithinSeconds: 60,
    // The guard of a killed process may still be stopping the previous server.
    transientFailure: /lock file "postmaster.pid" already exists|pre-existing shared memory block/,
    remedy: `Its data are in ${directory}. Remove that directory to start with an empty database.`,
    ...(temporary && { dispose: () => temporary.remove() }),
  });
  return Object.assign(server, { directory });
}

/** Passed as arguments instead of in postgresql.conf, so that existing data get new settings too. */
function settings(temporary: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '256MB',
    maintenance_work_mem: '256MB',
    effective_io_concurrency: '16',
    // No replication, so COPY into a table created in the same transaction skips the write-ahead log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '2GB',
    lc_messages: 'C',
    // Kept data are durable, as the leaderboard's ledger requires: fsync and synchronous_commit stay on.
    ...(temporary && { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
