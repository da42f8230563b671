import { type EngineScript, readScript } from '../../engine/index.js';

const SERVER_TIME = '../records/scripts/server-time.lua';

export const ADD = accountScript('add');
export const CONFIRM = accountScript('confirm');
export const SCAN = accountScript('scan');
export const CURRENT_GENERATION = accountScript('current-generation', 'generation');
export const NEXT_GENERATION = accountScript('next-generation', 'generation');
export const RAISE_GENERATION = accountScript('raise-generation', 'generation');

function accountScript(name: string, ...shared: string[]): EngineScript {
  const files = ['shared', ...shared, name].map((file) => `scripts/${file}.lua`);
  return readScript(`sessions.account.${name}`, import.meta.url, SERVER_TIME, ...files);
}
