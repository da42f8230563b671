import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** The packages are not dependencies of the application. The commands run in the root of the repository. */
const require = createRequire(resolve('load/micro/clients/package.json'));

/** Loads a CommonJS package that is installed in this folder. Undefined if it is not installed. */
export function loadOptional(name: string): unknown {
  const path = resolvePackage(name);
  return path === undefined ? undefined : require(path);
}

function resolvePackage(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
