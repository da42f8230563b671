import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

interface PackageJson {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/**
 * The packages that a service imports and its package.json does not name, each with the file that imports it. A test may import a
 * devDependency, and the types of a package may be one.
 */
export async function unlistedPackages(folder: string): Promise<string[]> {
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as PackageJson;
  const all = { ...dependencies, ...devDependencies };
  const unlisted: string[] = [];
  for (const file of await sourcesIn(folder)) {
    const isTest = file.startsWith('test/') || file.endsWith('spec.ts');
    for (const { name, isType } of await importsIn(join(folder, file))) {
      const types = `@types/${name}`;
      const isListed = name in (isTest ? all : dependencies) || (isType && types in all);
      const lacksTypes = existsSync(join(folder, 'node_modules', types)) && !(types in all);
      if (!isListed || lacksTypes) unlisted.push(`${file}: ${isListed ? types : name}`);
    }
  }
  return unlisted;
}

async function sourcesIn(folder: string): Promise<string[]> {
  const names = await Promise.all(
    ['src', 'test'].map(async (root) =>
      (await readdir(join(folder, root), { recursive: true })).map((name) => `${root}/${name}`),
    ),
  );
  return names.flat().filter((name) => name.endsWith('.ts'));
}

async function importsIn(file: string): Promise<{ name: string; isType: boolean }[]> {
  const source = await readFile(file, 'utf8');
  const imports = source.matchAll(/^(?:import|export)\s(type\s)?(?:[^;']*?from\s)?'([^']+)'/gm);
  return [...imports]
    .map(([, type, specifier = '']) => ({ specifier, isType: type !== undefined }))
    .filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map(({ specifier, isType }) => ({ name: packageOf(specifier), isType }));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
