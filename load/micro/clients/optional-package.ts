import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The packages are not dependencies of the application. The benchmarks run in the root of the repository. */
const FOLDER = resolve('load/micro/clients');

/** Loads a CommonJS package that is installed in this folder. Resolves with undefined if it is not installed. */
export async function loadOptional<T>(name: string): Promise<T | undefined> {
  const path = resolvePackage(name);
  if (!path) return undefined;
  const { default: exports } = (await import(pathToFileURL(path).href)) as { default: T };
  return exports;
}

function resolvePackage(name: string): string | undefined {
  try {
    return createRequire(resolve(FOLDER, 'package.json')).resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
