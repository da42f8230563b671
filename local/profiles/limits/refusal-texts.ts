import type { RefusalText } from '../profile.js';

/** Redis and Valkey shorten each argument in an error to this length. */
const MOST_CHARACTERS = 128;

/** As a server replies to a command that was removed with `rename-command`. */
export const unknownCommand: RefusalText = ([name = '', ...args]) =>
  `ERR unknown command '${name}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`;

export const unknownCommandWithoutQuotes: RefusalText = ([name = '', ...args]) =>
  `ERR unknown command '${name}', with args beginning with: ${args.join(' ')}`;

export const unknownSubcommand: RefusalText = ([name = '', subcommand = '']) =>
  `ERR unknown subcommand '${subcommand}'. Try ${name.toUpperCase()} HELP.`;

export const commandNotAllowed: RefusalText = ([name = '', subcommand = '']) =>
  `ERR command '${[name, ...(CONTAINERS.has(name.toUpperCase()) ? [subcommand] : [])].join('|').toLowerCase()}' is not allowed`;

const CONTAINERS = new Set(['ACL', 'CLIENT', 'CLUSTER', 'CONFIG', 'LATENCY', 'MEMORY', 'MODULE']);

/** The words of a command as an error may contain them. */
export function printable(args: readonly Buffer[]): string[] {
  return args.map((arg) => arg.toString('latin1', 0, MOST_CHARACTERS).replaceAll(/[^\x20-\x7e]/g, ' '));
}
