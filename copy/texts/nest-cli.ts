import { addToJson } from './json-text.js';

const LUA = '**/*.lua';

/** Makes `nest build` copy the Lua scripts beside the compiled code. */
export function addLuaAssets(text: string): string {
  // Any pattern of the service's own that names Lua files is taken to be right.
  if (/"assets"[^\]]*lua/.test(text)) return text;
  return addToJson(text, ['compilerOptions', 'assets'], LUA);
}
