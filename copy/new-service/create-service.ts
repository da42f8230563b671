import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CopyError } from '../copy-error.js';
import { copyModules } from '../copy-modules.js';
import { checkWritable } from '../target/checks.js';
import { REPOSITORY } from '../templates/repository.js';
import { withNeeds } from '../templates/templates.js';
import { serviceFiles } from './service-files.js';

/** In a clone, and in the npm package, which cannot have a `package-lock.json`. */
const LOCK_FILES = ['package-lock.json', 'dist/copy/lock.json'];

export interface NewService {
  /** The folder of the service, which must not exist or be empty. Its name becomes the name of the service. */
  target: string;
  /** For example `['query-cache', 'leaderboard']`. */
  modules: readonly string[];
  /** Ends the work and removes what was written. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes a Nest service with these modules that runs with `npm ci && npm start`. It appears with all its files or not at all.
 *
 * @throws {CopyError} if something has to be corrected first.
 */
export async function createService({ target, modules, signal }: NewService): Promise<void> {
  const root = resolve(target);
  checkTarget(root);
  checkModules(modules);
  // Beside the target, on the same file system. A run that was killed may have left one.
  const stage = join(dirname(root), `.${basename(root)}.caching-copy.tmp`);
  await rm(stage, { recursive: true, force: true });
  try {
    await writeAll(stage, serviceFiles({ name: basename(root), modules }));
    await copyModules({ target: stage, modules, allowDirty: true, signal });
    await lockPackages(stage, signal);
    signal?.throwIfAborted();
    if (existsSync(root)) await rmdir(root);
    await rename(stage, root);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function checkTarget(root: string): void {
  if (existsSync(root) && !(statSync(root).isDirectory() && readdirSync(root).length === 0))
    throw new CopyError(`${root} exists and is not empty. Name a folder that does not exist.`);
  if (!existsSync(dirname(root)))
    throw new CopyError(`There is no folder ${dirname(root)}. Create it first, or name another folder.`);
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(basename(root)))
    throw new CopyError(
      `"${basename(root)}" cannot be the name of an npm package. Name a folder of at most 64 of a-z, 0-9, ".", "_" and "-".`,
    );
  checkWritable(dirname(root), []);
}

function checkModules(modules: readonly string[]): void {
  if (modules.length === 0)
    throw new CopyError('Name the modules of the service, for example --with query-cache,leaderboard');
  withNeeds(modules);
}

async function writeAll(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/** Writes `package-lock.json`, with the versions that this repository is tested with. Installs nothing. */
async function lockPackages(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const tested = LOCK_FILES.map((path) => join(REPOSITORY, path)).find((file) => existsSync(file));
  if (tested) await copyFile(tested, join(folder, 'package-lock.json'));
  const args = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  try {
    await promisify(execFile)('npm', args, { cwd: folder, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const { stderr = '' } = cause as { stderr?: string };
    const lines = stderr.split('\n').filter((line) => line.startsWith('npm error'));
    throw new CopyError(
      `npm could not resolve the packages. Check the connection to its registry, then try again.\n${lines.join('\n')}`,
      { cause },
    );
  }
}
