import { type EngineScript, readScript } from '../../engine/index.js';
import { SERVER_TIME } from '../records/session.scripts.js';

export const ADD = accountScript('add');
export const CONFIRM = accountScript('confirm');
export const SCAN = accountScript('scan');
export const CURRENT_GENERATION = accountScript('current-generation', 'generation');
export const NEXT_GENERATION = accountScript('next-generation', 'generation');
export const RAISE_GENERATION = accountScript('raise-generation', 'generation');

function accountScript(name: string, ...shared: string[]): EngineScript {
  return readScript(`sessions.account.${name}`, SERVER_TIME, ...['shared', ...shared, name].map(urlOf));
}

function urlOf(name: string): URL {
  return new URL(`./scripts/${name}.lua`, import.meta.url);
}
