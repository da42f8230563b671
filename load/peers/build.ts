import { execFile } from 'node:child_process';
import { cp, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const output = join(repository, '.data', 'peers');
const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');

/** The folder of the compiled programs. */
export const PROGRAMS = join(output, 'load', 'peers', 'apps');

/**
 * Compiles the sides with `tsc` into `.data/peers`: tsx wraps inner functions, which costs more than some of the measured code. Types are
 * not checked here, as the packages of this folder may be missing.
 */
export async function buildSides(): Promise<void> {
  await promisify(execFile)(process.execPath, [tsc, '-p', 'load/peers', '--noCheck'], { cwd: repository });
  // Lua scripts.
  await cp(join(repository, 'src'), join(output, 'src'), {
    recursive: true,
    filter: (file) => !file.endsWith('.ts'),
  });
  const packages = join(dirname(PROGRAMS), 'node_modules');
  await rm(packages, { force: true });
  await symlink(join(repository, 'load', 'peers', 'node_modules'), packages);
}
