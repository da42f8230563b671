import { chown, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalEngine, startEngine } from '../../local/index.js';
import { unprivilegedAccount } from '../../local/machine/account.js';
import { temporaryDirectory } from '../../local/machine/temporary-directory.js';
import type { Scene } from '../experiment.js';

/** A single server that keeps a dump, an append-only file and a slow log of every command. */
export interface DiskEngine {
  readonly url: string;
  readonly server: LocalEngine;
  /** Everything that it has kept: the files, and the slow log with its arguments. */
  kept(): Promise<Buffer>;
  stop(): Promise<void>;
}

interface DiskEngineOptions {
  readonly tls: boolean;
  readonly password: string;
}

const SLOW_LOG = ['--slowlog-log-slower-than', '0', '--slowlog-max-len', '10000'];

export async function startDiskEngine(
  { engine }: Pick<Scene, 'engine'>,
  { tls, password }: DiskEngineOptions,
): Promise<DiskEngine> {
  const account = await unprivilegedAccount('nobody');
  const directory = await temporaryDirectory('lab', account);
  if (account) await chown(directory.path, account.uid, account.gid);
  try {
    const settings = ['--dir', directory.path, '--appendonly', 'yes', ...SLOW_LOG];
    const server = await startEngine(engine, { tls, password, settings });
    return {
      url: server.url,
      server,
      kept: async () => {
        await server.command('SAVE');
        const slowLog = JSON.stringify(await server.command('SLOWLOG', 'GET', '-1'));
        return Buffer.concat([...(await filesIn(directory.path)), Buffer.from(slowLog)]);
      },
      stop: async () => {
        await server.stop();
        await directory.remove();
      },
    };
  } catch (error) {
    await directory.remove();
    throw error;
  }
}

async function filesIn(directory: string): Promise<Buffer[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
}
