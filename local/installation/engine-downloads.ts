import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_PROGRAMS, type EngineKind, findDownloaded, findProgram } from './engine-program.js';
import { PrivateApt, runProgram } from './private-apt.js';

/** In some releases the server's program is in the package of its tools. */
const PACKAGES: Readonly<Record<EngineKind, readonly string[]>> = {
  valkey: ['valkey-server', 'valkey-tools'],
  redis: ['redis-server', 'redis-tools'],
  memcached: ['memcached'],
};

/** Whether this is a system of the Debian family, whose packages can be unpacked without installing them. */
export function canDownload(): boolean {
  return findProgram('apt-get') !== undefined && findProgram('dpkg') !== undefined;
}

/**
 * Lets apt download those of `kinds` that the system's release has, and unpacks them into `directory`: the packages in `root/`, and
 * a launcher for each program in `bin/`. Needs no root and installs nothing. Two processes must not call it at once.
 */
export async function downloadEngines(directory: string, kinds: readonly EngineKind[]): Promise<void> {
  const work = join(directory, 'apt');
  // An interrupted download begins again.
  await rm(work, { recursive: true, force: true });
  try {
    const apt = await PrivateApt.create(work);
    // One source that fails does no harm where the others have the packages.
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
    // Valkey came to Debian after bookworm. Without backports the other engines are still there.
    await apt.addBackports().catch(() => undefined);
    offered = await offeredKinds();
  }
  return filterAsync(
    offered.flatMap((kind) => PACKAGES[kind]),
    (name) => apt.offers(name),
  );
}

/** The packages' libraries are beside the programs, wherever the directory is moved to. */
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
    // Under another name until it is complete: its presence says that the engine is.
    const unfinished = join(directory, `${name}.unfinished`);
    await writeFile(unfinished, launcher);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(bin, name));
  }
}

/** Those of `kinds` that neither the system nor `directory` has. */
export function missingEngines(directory: string): EngineKind[] {
  const kinds = Object.keys(ENGINE_PROGRAMS) as EngineKind[];
  return kinds.filter((kind) => !findProgram(ENGINE_PROGRAMS[kind]) && !findDownloaded(directory, [kind]));
}

async function filterAsync<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const results = await Promise.all(items.map(test));
  return items.filter((_, index) => results[index]);
}
