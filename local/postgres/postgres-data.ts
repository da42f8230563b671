import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Account, canReach } from '../machine/account.js';
import { reachableDirectory } from '../machine/data-directory.js';
import { GuardedProcess } from '../processes/guarded-process.js';
import type { PostgresProgram, PostgresContext } from './postgres-program.js';
import { commandLineOf } from '../processes/process-tree.js';

/** A PostgreSQL data directory (made by initdb) and the superuser's password. */
export interface PostgresData {
  readonly data: string;
  readonly password: string;
}

/** Opens the data in `directory`. Initialises them first (initdb) if there are none. */
export async function openData(
  directory: string,
  program: PostgresProgram,
  account: Account | undefined,
): Promise<PostgresData> {
  if (!(await isDirectory(join(directory, 'data')))) await initialiseData(directory, program, account);
  await removeStaleLock(join(directory, 'data'));
  return { data: join(directory, 'data'), password: await readFile(join(directory, 'password'), 'utf8') };
}

/** Returns `wanted`, or another directory when the server's account cannot reach it. */
export async function reachableDataDirectory(
  wanted: string,
  { account, onNotice }: PostgresContext,
): Promise<string> {
  await mkdir(dirname(resolve(wanted)), { recursive: true });
  if (await canReach(account, dirname(resolve(wanted)))) return resolve(wanted);
  const instead = join(await reachableDirectory(wanted), 'postgres');
  onNotice(`user ${account?.name} cannot reach ${resolve(wanted)}, so the data are kept in ${instead}`);
  return instead;
}

/** The owner of the data, as whom PostgreSQL must run. undefined when there are no data, or when root owns them. */
export async function dataOwner(directory: string): Promise<Account | undefined> {
  const found = await stat(join(directory, 'data')).catch(() => undefined);
  if (!found || found.uid === 0) return undefined;
  return { name: `with id ${found.uid}`, uid: found.uid, gid: found.gid };
}

/** Uses a temporary name until initdb has finished, so that an interrupted initdb is repeated. */
async function initialiseData(
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
  // initdb requires these bits, and a umask may have removed them.
  await chmod(unfinished, 0o700);
  const initdb = await GuardedProcess.start({
    program: program.initdb,
    args: [
      `--pgdata=${join(unfinished, 'data')}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The built-in provider sorts the same way on every machine: it does not use the C library.
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

/** Excludes this process's environment: PGDATA or PGPORT may be meant for another server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_MESSAGES: 'C', TZ: 'UTC' };
}

/**
 * PostgreSQL replaces the lock file of a dead server by itself, except when another process has the same pid. That happens in containers,
 * where pids are small and are reused.
 */
async function removeStaleLock(data: string): Promise<void> {
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
