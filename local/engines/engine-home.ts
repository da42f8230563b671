import { join } from 'node:path';
import { type Access, type AccessOptions, makeAccess } from '../security/access.js';
import { type Account, canReach, unprivilegedAccount } from '../machine/account.js';
import { type EngineKind, type EngineProgram, engineVersion } from '../installation/engine-program.js';
import { ensureEngine } from '../installation/ensure-engine.js';
import { temporaryDirectory } from '../machine/temporary-directory.js';
import { makeTlsFiles, type TlsFiles, type TlsOptions, writeSecret } from '../security/tls-files.js';

export interface EngineOptions extends AccessOptions {
  /** `true` = TLS with certificates made on the spot. Redis and Valkey only. */
  readonly tls?: boolean | TlsOptions;
  /** More of the program's own command line, e.g. `['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']`. */
  readonly settings?: readonly string[];
}

/** What the nodes of one stack share. */
export interface EngineHome {
  readonly program: EngineProgram;
  readonly version: string;
  /** Whom they run as; undefined = as us. */
  readonly account: Account | undefined;
  readonly access: Access;
  readonly tls: TlsFiles | undefined;
  readonly users: { readonly data: string; readonly sentinels: string } | undefined;
  /** Temporary; a stack that needs no file has none. */
  readonly directory: string | undefined;
  remove(): Promise<void>;
}

export async function openHome(
  kind: EngineKind,
  options: EngineOptions,
  needs: { readonly directory: boolean },
): Promise<EngineHome> {
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
    remove: async () => directory?.remove(),
  };
}
