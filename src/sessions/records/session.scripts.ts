import { type EngineScript, readScript } from '../../engine/index.js';

export const READ = sessionScript('read');
export const CREATE = sessionScript('create');
export const SAVE = sessionScript('save');
export const TOUCH = sessionScript('touch');
export const REMOVE_UNCHANGED = sessionScript('remove-unchanged');

function sessionScript(name: string): EngineScript {
  const files = ['server-time', 'shared', name].map((file) => `scripts/${file}.lua`);
  return readScript(`sessions.${name}`, import.meta.url, ...files);
}
