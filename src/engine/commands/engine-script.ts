import { createHash } from 'node:crypto';

/** A Lua script, sent whole once per server and by its digest afterwards. */
export interface EngineScript {
  name: string;
  lua: string;
  sha1: string;
}

export function defineScript(name: string, lua: string): EngineScript {
  return { name, lua, sha1: createHash('sha1').update(lua).digest('hex') };
}
