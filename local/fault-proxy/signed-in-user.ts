import { CommandFrames } from '../resp/command-frames.js';

/** The user that a connection signs in as with its first bytes (`HELLO 3 AUTH user password` or `AUTH user password`). '' without a name. */
export function signedInUser(firstBytes: Buffer): string {
  const [command] = new CommandFrames().push(firstBytes);
  const words = command?.args.map(String) ?? [];
  if (!/^(HELLO|AUTH)$/i.test(words[0] ?? '')) return '';
  const at = words.findIndex((word) => word.toUpperCase() === 'AUTH');
  // AUTH with a password alone signs in as the default user.
  const [user = '', password] = at === -1 ? [] : words.slice(at + 1);
  return password === undefined ? '' : user;
}
