import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROLES = ['sessions', 'cache', 'leaderboard'];
/** What a cluster and a server without ROLE also need, see docs/engine.md. */
const CONNECTION = ['+asking', '+cluster|slots', '+ping'];
/** The textbook side, which the launcher's demo serves, sends these beside the commands of the roles. */
const TEXTBOOK = ['+zincrby', '+zrange'];
/** The service refuses an access string that names a command which it refuses to everybody. */
const NEVER = '+config|get';

/** The access string of a user with the roles of docker/acl, for all keys and channels that match the pattern. */
export async function roleAccess(keys: string): Promise<string> {
  const files = ROLES.map((role) => fileURLToPath(new URL(`../../docker/acl/${role}.txt`, import.meta.url)));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const rules = texts.flatMap((text) => text.trim().split(/\s+/)).filter((rule) => rule.startsWith('+'));
  const allowed = [...new Set([...rules, ...CONNECTION, ...TEXTBOOK])].filter((rule) => rule !== NEVER);
  return [`~${keys}`, `&${keys}`, '-@all', ...allowed].join(' ');
}
