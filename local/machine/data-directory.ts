import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `.data` in the project's folder. The benchmarks run from compiled copies inside it, so the folder is searched upward. */
export function dataDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, '.data');
}

/**
 * A directory of our own, outside the home or temporary directory that other users may not enter,
 * and always the same for the same `origin`.
 */
export async function reachableDirectory(origin: string): Promise<string> {
  const hash = createHash('sha256').update(resolve(origin)).digest('hex').slice(0, 12);
  const directory = `/var/tmp/nestjs-in-memory-caching-${hash}`;
  await mkdir(directory, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  // Any user may create names in /var/tmp; a directory of another user could be swapped under us.
  const found = await lstat(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(
      `${directory} belongs to another user. Look at it, then remove it, ` +
        'or name servers of yours in DATABASE_URL and ENGINE_URL.',
    );
  }
  return directory;
}
