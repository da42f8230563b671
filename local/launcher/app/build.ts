import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuardedProcess } from '../../processes/guarded-process.js';
import { lock } from '../../machine/lock.js';

/** A folder that is built from sources and stores a fingerprint of them. */
export interface BuildTarget {
  readonly name: string;
  readonly sources: readonly string[];
  readonly output: string;
  readonly command: readonly string[];
}

/** Sources of every target. */
export const SHARED_SOURCES = ['package-lock.json', 'tsconfig.json'];

/** The Nest application. */
export const SERVER: BuildTarget = {
  name: 'server',
  sources: ['src', 'nest-cli.json', 'tsconfig.build.json', ...SHARED_SOURCES],
  output: 'dist',
  command: ['node_modules/@nestjs/cli/bin/nest.js', 'build'],
};

const NOT_SOURCES = new Set(['node_modules', 'dist']);
const FINGERPRINT_FILE = '.fingerprint';

/** Called with the name of a target before its build, which can take half a minute. */
type OnStale = (name: string) => void;

/** Builds the targets whose sources have changed. Returns their names. */
export async function buildStale(
  root: string,
  targets: readonly BuildTarget[],
  onStale?: OnStale,
): Promise<string[]> {
  // Concurrent starts must not clear each other's output.
  const held = await lock(`${root} build`);
  try {
    const built = await Promise.all(targets.map((target) => buildIfStale(root, target, onStale)));
    return targets.filter((_, index) => built[index]).map(({ name }) => name);
  } finally {
    await held.release();
  }
}

async function buildIfStale(root: string, target: BuildTarget, onStale?: OnStale): Promise<boolean> {
  const file = join(root, target.output, FINGERPRINT_FILE);
  const fingerprint = await fingerprintOf(root, target.sources);
  if ((await readFile(file, 'utf8').catch(() => '')) === fingerprint) return false;
  onStale?.(target.name);
  const output: string[] = [];
  const build = await GuardedProcess.start({
    program: process.execPath,
    args: target.command,
    cwd: root,
    graceSeconds: 1,
    onLine: (line) => output.push(line),
  });
  const { code, text } = await build.exited;
  if (code !== 0)
    throw new Error(`${output.join('\n')}\n\nThe build of the ${target.name} ${text}. See its output above.`);
  // Stored in the output folder, so that both are deleted together.
  await writeFile(file, fingerprint);
  return true;
}

/** Hashes contents instead of modification times, which a checkout changes. */
export async function fingerprintOf(root: string, sources: readonly string[]): Promise<string> {
  const files = (await Promise.all(sources.map((source) => filesIn(root, source)))).flat().toSorted();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(root, file)));
  return hash.digest('hex');
}

async function filesIn(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return undefined;
      throw error;
    },
  );
  if (!entries) return [path];
  const wanted = entries.filter(({ name }) => !NOT_SOURCES.has(name));
  return (await Promise.all(wanted.map(({ name }) => filesIn(root, join(path, name))))).flat();
}
