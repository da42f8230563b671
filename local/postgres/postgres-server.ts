import { join } from 'node:path';
import { unprivilegedAccount } from '../machine/account.js';
import { type LocalServer, startServer } from '../processes/local-server.js';
import { clusterDirectory, clusterOwner, openCluster, serverEnvironment } from './postgres-cluster.js';
import { postgresProgram } from './postgres-program.js';
import { temporaryDirectory } from '../machine/temporary-directory.js';

export interface PostgresOptions {
  /** Where its data stay. Without it they go to a temporary directory and are removed after `stop()`. */
  readonly directory?: string;
  /** Told in one line whatever a reader of the console should know, e.g. that data had to go elsewhere. */
  readonly onNotice?: (line: string) => void;
}

export interface LocalPostgres extends LocalServer {
  /** Where the data really are. */
  readonly directory: string;
}

/**
 * Starts PostgreSQL from the binaries in node_modules, under the user `postgres` (or else `nobody`) when
 * we are root, for TCP on the loopback and with a random password that is kept beside its data.
 * The URL names the database `postgres`, which is empty at first.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
  const { onNotice = () => undefined } = options;
  const usual = await unprivilegedAccount('postgres', 'nobody');
  const temporary = options.directory === undefined ? await temporaryDirectory('postgres', usual) : undefined;
  const wanted = temporary ? join(temporary.path, 'postgres') : (options.directory ?? '');
  const directory = await clusterDirectory(wanted, { account: usual, onNotice });
  const account = usual && ((await clusterOwner(directory)) ?? usual);
  const program = await postgresProgram({ account, onNotice });
  const { data, password } = await openCluster(directory, program, account);
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
    // Long enough to replay the log after a crash.
    readyWithinSeconds: 60,
    // A predecessor whose parent was killed is still being stopped by its guard.
    passingFailure: /lock file "postmaster.pid" already exists|pre-existing shared memory block/,
    remedy: `Its data are in ${directory}: remove that directory to begin anew.`,
    ...(temporary && { dispose: () => temporary.remove() }),
  });
  return Object.assign(server, { directory });
}

/** On the command line rather than in postgresql.conf, so that old data get new settings. */
function settings(temporary: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '256MB',
    maintenance_work_mem: '256MB',
    effective_io_concurrency: '16',
    // Nobody replicates from it, and so a COPY into a table of the same transaction needs no log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '2GB',
    lc_messages: 'C',
    // fsync and synchronous_commit stay on where data are kept: the leaderboard's ledger promises to last.
    ...(temporary && { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
