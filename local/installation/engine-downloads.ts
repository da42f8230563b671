import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_PROGRAMS, type EngineKind, findDownloaded, findProgram } from './engine-program.js';
import { PrivateApt, runProgram } from './private-apt.js';

/** In some releases the server program is in the tools package. */
const PACKAGES: Readonly<Record<EngineKind, readonly string[]>> = {
  valkey: ['valkey-server', 'valkey-tools'],
  redis: ['redis-server', 'redis-tools'],
  memcached: ['memcached'],
};

/** Whether this system has apt and dpkg, which can unpack a package without installing it. */
export function canDownload(): boolean {
  return findProgram('apt-get') !== undefined && findProgram('dpkg') !== undefined;
}

/**
 * Downloads those of `kinds` that the package sources have, and unpacks them into `directory`: packages into `root/`, and a launcher
 * script for each program into `bin/`. Needs no root and installs nothing on the system. Not safe for concurrent calls.
 */
export async function downloadEngines(directory: string, kinds: readonly EngineKind[]): Promise<void> {
  const work = join(directory, 'apt');
  // The remains of an interrupted download.
  await rm(work, { recursive: true, force: true });
  try {
    const apt = await PrivateApt.create(work);
    // A failing source does not matter when the others have the packages.
    const failed = await apt.update().catch((error: Error) => error);
    const packages = await offeredPackages(apt, kinds);
    const files = packages.length > 0 ? await apt.download(packages) : [];
    if (files.length === 0 && failed) throw failed;
    for (const file of files) await runProgram('dpkg', ['--extract', file, join(directory, 'root')]);
    if (files.length > 0) await writeLaunchers(directory);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function offeredPackages(apt: PrivateApt, kinds: readonly EngineKind[]): Promise<string[]> {
  const offeredKinds = () => filterAsync(kinds, (kind) => apt.offers(ENGINE_PROGRAMS[kind]));
  let offered = await offeredKinds();
  if (offered.length < kinds.length) {
    // Debian 12 has Valkey in backports only. If these fail, the other engines are still available.
    await apt.addBackports().catch(() => undefined);
    offered = await offeredKinds();
  }
  return filterAsync(
    offered.flatMap((kind) => PACKAGES[kind]),
    (name) => apt.offers(name),
  );
}

/** The launchers add the unpacked libraries by relative paths, so the directory can be moved. */
async function writeLaunchers(directory: string): Promise<void> {
  const root = join(directory, 'root');
  const triplets = await readdir(join(root, 'usr', 'lib')).catch(() => []);
  const libraries = triplets
    .filter((name) => name.includes('-linux-gnu'))
    .flatMap((triplet) => [`$root/usr/lib/${triplet}`, `$root/lib/${triplet}`]);
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  await Promise.all([directory, bin].map((folder) => chmod(folder, 0o755)));
  for (const name of await readdir(join(root, 'usr', 'bin'))) {
    const launcher = [
      '#!/bin/sh',
      'root=${0%/*}/../root',
      `LD_LIBRARY_PATH=${libraries.join(':')} exec "$root/usr/bin/${name}" "$@"`,
      '',
    ].join('\n');
    // Written under a temporary name: the launcher's existence means that the engine is complete.
    const unfinished = join(directory, `${name}.unfinished`);
    await writeFile(unfinished, launcher);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(bin, name));
  }
}

/** The engines that neither the system nor `directory` has. */
export function missingEngines(directory: string): EngineKind[] {
  const kinds = Object.keys(ENGINE_PROGRAMS) as EngineKind[];
  return kinds.filter((kind) => !findProgram(ENGINE_PROGRAMS[kind]) && !findDownloaded(directory, [kind]));
}

async function filterAsync<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const results = await Promise.all(items.map(test));
  return items.filter((_, index) => results[index]);
}
