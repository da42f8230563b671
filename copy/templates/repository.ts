import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that the templates are in: a clone of this repository, or the unpacked npm package. */
export const REPOSITORY = findRepository();

interface PackageJson {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const packageJson = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as PackageJson;

/** What the copies come from; the commit is null where there is no git, as in the npm package. */
export function originOfCopies(): { name: string; version: string; commit: string | null } {
  const { name, version } = packageJson;
  return { name, version, commit: commitOf(REPOSITORY) };
}

/** The exact version of a package that this repository is tested with. @throws {Error} if it is not a direct dependency. */
export function versionOf(name: string): string {
  const version = packageJson.dependencies[name] ?? packageJson.devDependencies[name];
  if (version === undefined)
    throw new Error(
      `A template lists ${name}, which package.json does not have. Install it or remove it there.`,
    );
  return version;
}

function findRepository(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'src/engine/template.json'))) {
    if (folder === dirname(folder))
      throw new Error('The templates are missing: there is no src/engine/template.json above copy/.');
    folder = dirname(folder);
  }
  return folder;
}

function commitOf(folder: string): string | null {
  // An unpacked package can be in the folder of another repository.
  if (!existsSync(join(folder, '.git'))) return null;
  try {
    return execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
