import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Account, canReach } from '../machine/account.js';
import { reachableDirectory } from '../machine/data-directory.js';
import { GuardedProcess } from '../processes/guarded-process.js';
import type { PostgresProgram, Surroundings } from './postgres-program.js';
import { commandLineOf } from '../processes/process-tree.js';

/** PostgreSQL's files: `data` is initdb's, `password` the superuser's, readable by the server's account only. */
export interface PostgresCluster {
  readonly data: string;
  readonly password: string;
}

/** Opens the cluster in `directory`, which is created and initialised first where there is none. */
export async function openCluster(
  directory: string,
  program: PostgresProgram,
  account: Account | undefined,
): Promise<PostgresCluster> {
  if (!(await isDirectory(join(directory, 'data')))) await createCluster(directory, program, account);
  await forgetStaleLock(join(directory, 'data'));
  return { data: join(directory, 'data'), password: await readFile(join(directory, 'password'), 'utf8') };
}

/** `wanted`, or a directory in its stead that the server's account can reach. */
export async function clusterDirectory(wanted: string, { account, onNotice }: Surroundings): Promise<string> {
  await mkdir(dirname(resolve(wanted)), { recursive: true });
  if (await canReach(account, dirname(resolve(wanted)))) return resolve(wanted);
  const instead = join(await reachableDirectory(wanted), 'postgres');
  onNotice(`User ${account?.name} cannot reach ${resolve(wanted)}: PostgreSQL keeps its data in ${instead}`);
  return instead;
}

/** PostgreSQL insists on running as the owner of its files; undefined while there are none. */
export async function clusterOwner(directory: string): Promise<Account | undefined> {
  const found = await stat(join(directory, 'data')).catch(() => undefined);
  if (!found || found.uid === 0) return undefined;
  return { name: `with id ${found.uid}`, uid: found.uid, gid: found.gid };
}

/** Under another name until it is whole, so that an interrupted initdb is simply done again. */
async function createCluster(
  directory: string,
  program: PostgresProgram,
  account: Account | undefined,
): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const passwordFile = join(unfinished, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (account) await Promise.all([unfinished, passwordFile].map((p) => chown(p, account.uid, account.gid)));
  // A umask may have taken the owner's bits that initdb insists on.
  await chmod(unfinished, 0o700);
  const initdb = await GuardedProcess.start({
    program: program.initdb,
    args: [
      `--pgdata=${join(unfinished, 'data')}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Built in: sorts alike on every machine, and asks nothing of its C library.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    graceSeconds: 2,
    account,
    env: serverEnvironment(),
  });
  const { code, text } = await initdb.exited;
  if (code !== 0) throw new Error(`initdb ${text}. Its output ends with:\n${initdb.log}`);
  await rename(unfinished, directory);
}

/** Nothing of ours: a PGDATA or PGPORT meant for another server must not reach this one. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_MESSAGES: 'C', TZ: 'UTC' };
}

/**
 * PostgreSQL takes over the lock of a dead server, but not when another process has its pid by now, as
 * happens in containers, where pids are small and start anew.
 */
async function forgetStaleLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid) || commandLineOf(pid).includes(data)) return;
  await rm(lock, { force: true });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
