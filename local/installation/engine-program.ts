import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { canReach, unprivilegedAccount } from '../machine/account.js';
import { dataDirectory, reachableDirectory } from '../machine/data-directory.js';

export type EngineKind = 'redis' | 'valkey' | 'memcached';

export interface EngineProgram {
  readonly kind: EngineKind;
  readonly name: string;
  readonly path: string;
}

export const ENGINE_PROGRAMS: Readonly<Record<EngineKind, string>> = {
  valkey: 'valkey-server',
  redis: 'redis-server',
  memcached: 'memcached',
};

// Servers are often here although the PATH of an ordinary user or a bare shell lacks these directories.
const USUAL_DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The first of `kinds` that is installed on this system, else the first that was downloaded, else undefined. */
export async function findEngine(...kinds: EngineKind[]): Promise<EngineProgram | undefined> {
  return firstOf(kinds, findProgram) ?? findDownloaded(await enginesDirectory(), kinds);
}

/** The first of `kinds` that was downloaded into `directory`. */
export function findDownloaded(directory: string, kinds: readonly EngineKind[]): EngineProgram | undefined {
  return firstOf(kinds, (name) => [join(directory, 'bin', name)].find(isExecutable));
}

/** The full path of a program on the PATH or in one of the usual directories. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...USUAL_DIRECTORIES];
  return directories.map((directory) => join(directory || '.', name)).find(isExecutable);
}

/** The directory of downloaded engines: `.data/engines`, or one in `/var/tmp` when the servers' account cannot enter that. */
export async function enginesDirectory(): Promise<string> {
  const data = dataDirectory();
  await mkdir(data, { recursive: true });
  const reachable = await canReach(await unprivilegedAccount('nobody'), data);
  return join(reachable ? data : await reachableDirectory(data), 'engines');
}

/** For example `8.0.1`, read from "Valkey server v=8.0.1 sha=..." or "memcached 1.6.18". */
export async function engineVersion(program: EngineProgram): Promise<string> {
  const { stdout } = await promisify(execFile)(program.path, ['--version']);
  return /(?:v=|memcached )(\d[\w.-]*)/.exec(stdout)?.[1] ?? '(unknown version)';
}

function firstOf(
  kinds: readonly EngineKind[],
  find: (name: string) => string | undefined,
): EngineProgram | undefined {
  for (const kind of kinds) {
    const name = ENGINE_PROGRAMS[kind];
    const path = find(name);
    if (path) return { kind, name, path };
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
