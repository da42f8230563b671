import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModuleSetupError } from '../../common/index.js';

/** A Lua script: its text is sent once per server (EVAL), afterwards its digest (EVALSHA). */
export interface EngineScript {
  /** Names the script in errors, for example `leaderboard.page`. */
  name: string;
  lua: string;
  sha1: string;
}

/** Defines a script from its Lua source. */
export function defineScript(name: string, lua: string): EngineScript {
  return { name, lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Defines a script from `.lua` files, which are concatenated: shared functions first, the script itself last. Call it when a module
 * is loaded, since it reads synchronously: `readScript('sessions.read', import.meta.url, 'scripts/read.lua')`.
 *
 * The files are relative to `caller`: `import.meta.url`, or `__filename` in CommonJS.
 *
 * @throws {ModuleSetupError} if a file is missing.
 */
export function readScript(name: string, caller: string, ...files: string[]): EngineScript {
  const folder = dirname(caller.startsWith('file:') ? fileURLToPath(caller) : caller);
  return defineScript(name, files.map((file) => readLua(name, join(folder, file))).join('\n'));
}

/** `nest build` copies only TypeScript, unless the configuration lists other files. */
function readLua(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ModuleSetupError(
      `The script ${name} has no file ${file}. Add "assets": ["**/*.lua"] to compilerOptions in nest-cli.json, and build again.`,
      { cause },
    );
  }
}
