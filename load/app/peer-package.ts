import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Packages that are compared with this project are no dependencies of it. */
const from = createRequire(fileURLToPath(new URL('../peers/package.json', import.meta.url)));

export const INSTALL_PEERS = 'Install it: npm ci --prefix load/peers';

/** Loads a CommonJS package of `load/peers/`. Resolves with undefined if it is not installed. */
export async function loadPeer<T>(name: string): Promise<T | undefined> {
  const path = resolvePeer(name);
  if (path === undefined) return undefined;
  const { default: exports } = (await import(pathToFileURL(path).href)) as { default: T };
  return exports;
}

/** The file of a package of `load/peers/`; undefined if it is not installed there. */
export function resolvePeer(name: string): string | undefined {
  try {
    return from.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
