import { type EngineScript, readScript } from '../../engine/index.js';

export const ADD = accountScript('add');
export const CONFIRM = accountScript('confirm');
export const SCAN = accountScript('scan');
export const NEXT_GENERATION = accountScript('next-generation');
export const RAISE_GENERATION = accountScript('raise-generation');

function accountScript(name: string): EngineScript {
  return readScript(`sessions.account.${name}`, urlOf('shared'), urlOf(name));
}

function urlOf(name: string): URL {
  return new URL(`./scripts/${name}.lua`, import.meta.url);
}
