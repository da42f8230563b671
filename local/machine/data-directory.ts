import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.data` in the project folder. Benchmarks run from compiled copies inside it, so the project folder is searched upwards. */
export function dataDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, '.data');
}

/**
 * A directory in `/var/tmp` that other users can enter, for data whose usual folder they cannot enter (for example a home directory).
 * The same `origin` always has the same directory.
 */
export async function reachableDirectory(origin: string): Promise<string> {
  const hash = createHash('sha256').update(resolve(origin)).digest('hex').slice(0, 12);
  const directory = `/var/tmp/nestjs-in-memory-caching-${hash}`;
  await mkdir(directory, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  // Every user can create names in /var/tmp. A directory of another user could be replaced while servers use it.
  const found = await lstat(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(
      `${directory} belongs to another user. Inspect and remove it, ` +
        'or set DATABASE_URL and ENGINE_URL to servers of your own.',
    );
  }
  return directory;
}
