import { join } from 'node:path';
import { ensureEngine } from '../installation/ensure-engine.js';
import { type EngineKind, type EngineProgram, engineVersion } from '../installation/engine-program.js';
import { type Account, canReach, unprivilegedAccount } from '../machine/account.js';
import { temporaryDirectory } from '../machine/temporary-directory.js';
import { type Access, type AccessOptions, makeAccess } from '../security/access.js';
import { makeTlsFiles, type TlsFiles, type TlsOptions, writeSecret } from '../security/tls-files.js';

export interface EngineOptions extends AccessOptions {
  /** `true` = TLS with new certificates. */
  readonly tls?: boolean | TlsOptions;
  /** Further command line arguments of the program, for example `['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']`. */
  readonly settings?: readonly string[];
  /** Called with each line that a server logs. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What all nodes of one engine share. */
export interface EngineSetup extends Pick<EngineOptions, 'onLine'> {
  readonly program: EngineProgram;
  readonly version: string;
  /** The user that runs the nodes. undefined = the current one. */
  readonly account: Account | undefined;
  readonly access: Access;
  readonly tls: TlsFiles | undefined;
  /** Paths of the ACL files. */
  readonly users: { readonly data: string; readonly sentinels: string } | undefined;
  /** Temporary. undefined = no node needs a file. */
  readonly directory: string | undefined;
  remove(): Promise<void>;
}

/** Installs the engine if necessary and writes the files that its nodes share. */
export async function prepareEngine(
  kind: EngineKind,
  options: EngineOptions,
  needs: { readonly directory: boolean },
): Promise<EngineSetup> {
  const program = await ensureEngine([kind]);
  const [version, nobody] = await Promise.all([engineVersion(program), unprivilegedAccount('nobody')]);
  const account = (await canReach(nobody, program.path)) ? nobody : undefined;
  const access = makeAccess(options);
  const directory =
    needs.directory || options.tls || options.acl ? await temporaryDirectory(kind, account) : undefined;
  const path = directory?.path ?? '';
  const tls = options.tls
    ? await makeTlsFiles(path, options.tls === true ? {} : options.tls, account)
    : undefined;
  return {
    program,
    version,
    account,
    access,
    tls,
    users: access.users && {
      data: await writeSecret(join(path, 'users.acl'), access.users.data, account),
      sentinels: await writeSecret(join(path, 'sentinel-users.acl'), access.users.sentinels, account),
    },
    directory: directory?.path,
    onLine: options.onLine,
    remove: async () => directory?.remove(),
  };
}
