import { type EngineScript, readScript } from '../../engine/index.js';

/** A function that other scripts may begin with. */
export const SERVER_TIME = urlOf('server-time');

export const READ = sessionScript('read');
export const CREATE = sessionScript('create');
export const SAVE = sessionScript('save');
export const TOUCH = sessionScript('touch');
export const REMOVE_UNCHANGED = sessionScript('remove-unchanged');

function sessionScript(name: string): EngineScript {
  return readScript(`sessions.${name}`, SERVER_TIME, urlOf('shared'), urlOf(name));
}

function urlOf(name: string): URL {
  return new URL(`./scripts/${name}.lua`, import.meta.url);
}
