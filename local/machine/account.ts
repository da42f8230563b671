import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of this machine to run a server as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account servers run under when we are root: the first of `names` that exists. PostgreSQL refuses
 * root, and an engine without a password that runs as root is a root shell for every local user.
 * undefined = we are not root, and servers run as we do.
 */
export async function unprivilegedAccount(...names: string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of names) {
    const account = await findAccount(name);
    if (account) return account;
  }
  throw new Error(
    `Servers do not run as root, and this machine has no user named ${names.join(' or ')}. ` +
      `Create one (useradd --system ${names[0]}) or start as another user.`,
  );
}

/** Whether the account can reach and run or enter `path`; asked of the kernel, not worked out from modes. */
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
