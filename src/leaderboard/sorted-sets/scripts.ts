import { type EngineScript, readScript } from '../../engine/index.js';

/*
 * Each script is `scripts/<name>.lua` after the shared files that it needs. The first lines of a file name its keys, arguments and
 * reply.
 */
const READS = ['state', 'ranks', 'read'];
const WRITES = ['state', 'whole'];

export const PAGE = script('page', READS);
export const AROUND = script('around', READS);
export const PLAYERS = script('players', READS);
export const PROGRESS = script('progress', WRITES);
export const APPLY = script('apply', [...WRITES, 'ranks']);
export const REMOVE = script('remove', WRITES);
export const REMOVE_ENDED = script('remove-ended');
export const FILL = script('fill');
export const SAVE_STATE = script('save-state');
export const SAVE_NAME = script('save-name');
export const SAVE_MISSING_NAMES = script('save-missing-names');
export const SWAP_IN = script('swap-in', ['state']);

function script(name: string, shared: readonly string[] = []): EngineScript {
  const files = [...shared, name].map((file) => `scripts/${file}.lua`);
  return readScript(`leaderboard.${name}`, import.meta.url, ...files);
}
