import { type EngineScript, readScript } from '../../engine/index.js';

export const READ = sessionScript('read');
export const CREATE = sessionScript('create');
export const SAVE = sessionScript('save');
export const TOUCH = sessionScript('touch');
export const REMOVE_UNCHANGED = sessionScript('remove-unchanged');

/** A script with the functions of scripts/shared.lua. @param file relative to this folder. */
export function sessionScript(name: string, file = `scripts/${name}.lua`): EngineScript {
  return readScript(
    `sessions.${name}`,
    import.meta.url,
    'scripts/server-time.lua',
    'scripts/shared.lua',
    file,
  );
}
