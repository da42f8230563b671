import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startPostgres } from '../../local/index.js';

export interface OwnPostgres {
  readonly url: string;
  readonly server: string;
  stop(): Promise<void>;
}

/** An empty PostgreSQL that commits to the disk of the application's: with a directory of its own it runs with fsync. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const parent = resolve('.data', 'load');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'postgres-'));
  // Root's server runs as another user.
  await chmod(directory, 0o711);
  const postgres = await startPostgres({ directory: join(directory, 'data') });
  return {
    url: postgres.url,
    server: `${postgres.name} ${postgres.version}`,
    stop: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
