import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

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

// Where servers lie that are not on the PATH of an ordinary user or of a bare shell.
const USUAL_DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The first of the kinds that is installed, or undefined. */
export function findEngine(...kinds: EngineKind[]): EngineProgram | undefined {
  for (const kind of kinds) {
    const path = findProgram(ENGINE_PROGRAMS[kind]);
    if (path) return { kind, name: ENGINE_PROGRAMS[kind], path };
  }
  return undefined;
}

/** The full path of a program on the PATH or in one of the usual directories. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...USUAL_DIRECTORIES];
  return directories.map((directory) => join(directory || '.', name)).find(isExecutable);
}

/** e.g. `8.0.1` from "Valkey server v=8.0.1 sha=..." or "memcached 1.6.18". */
export async function engineVersion(program: EngineProgram): Promise<string> {
  const { stdout } = await promisify(execFile)(program.path, ['--version']);
  return /(?:v=|memcached )(\d[\w.-]*)/.exec(stdout)?.[1] ?? 'of unknown version';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
