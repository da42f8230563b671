import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
 */
export function readScript(name: string, caller: string, ...files: string[]): EngineScript {
  const folder = dirname(caller.startsWith('file:') ? fileURLToPath(caller) : caller);
  return defineScript(name, files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n'));
}
