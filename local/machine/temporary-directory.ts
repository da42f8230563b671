import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, canReach } from './account.js';

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

// After kill -9 of this process, the guards need some seconds to stop the servers, which may still write there.
const REMOVE = `
while read -r _; do :; done
tenths=150
until rm -rf "$1" || [ "$tenths" -eq 0 ]; do sleep 0.1; tenths=$((tenths - 1)); done
`;

/** Creates a directory that `account` can reach. `remove()` deletes it, and so does the end of this process, `kill -9` included. */
export async function temporaryDirectory(prefix: string, account?: Account): Promise<TemporaryDirectory> {
  const parent = (await canReach(account, tmpdir())) ? tmpdir() : '/var/tmp';
  const path = await mkdtemp(join(parent, `${prefix}-`));
  await chmod(path, 0o711);
  const guard = spawn('sh', ['-c', REMOVE, 'remove', path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  const removed = once(guard, 'exit');
  return {
    path,
    remove: async () => {
      guard.stdin.end();
      await removed;
    },
  };
}
