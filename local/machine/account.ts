import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of this machine that runs servers. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user for servers when this process runs as root: the first of `names` that exists. PostgreSQL refuses to run as root, and an
 * engine without a password that runs as root gives every local user a root shell.
 * undefined = this process is not root, and servers run as the same user.
 */
export async function unprivilegedAccount(...names: string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of names) {
    const account = await findAccount(name);
    if (account) return account;
  }
  throw new Error(
    `Servers must not run as root, and this machine has no user ${names.join(' or ')}. ` +
      `Create one (useradd --system ${names[0]}), or start as another user.`,
  );
}

/** Whether the account can execute or enter `path`. The kernel decides: permission bits of all parent folders and ACLs count. */
export async function canReach(account: Account | undefined, path: string): Promise<boolean> {
  const identity = account && { uid: account.uid, gid: account.gid };
  return run('test', ['-x', path], { cwd: '/', ...identity }).then(
    () => true,
    () => false,
  );
}

async function findAccount(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
    return { name, uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return undefined;
  }
}
