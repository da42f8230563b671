import { access, constants, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuardedProcess } from '../processes/guarded-process.js';

const SYSTEM_SOURCES = '/etc/apt/sources.list.d';
const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * apt with private lists and a private cache. It needs no root and changes nothing on the system. It uses the system's package sources
 * and verifies their signatures.
 */
export class PrivateApt {
  private constructor(private readonly directory: string) {}

  /** Stores all its files in `directory`, which must not exist yet. */
  static async create(directory: string): Promise<PrivateApt> {
    const sources = join(directory, 'sources');
    const folders = [join(directory, 'lists', 'partial'), join(directory, 'archives', 'partial'), sources];
    await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })));
    for (const name of await readdir(SYSTEM_SOURCES).catch(() => [])) {
      const source = join(SYSTEM_SOURCES, name);
      if (/\.(list|sources)$/.test(name) && (await isReadable(source))) {
        await symlink(source, join(sources, name));
      }
    }
    await writeFile(join(directory, 'apt.conf'), configuration(directory));
    return new PrivateApt(directory);
  }

  /** Downloads the package lists of all sources. */
  async update(): Promise<void> {
    await this.run('apt-get', 'update');
  }

  /** Whether a package source has the package. */
  async offers(name: string): Promise<boolean> {
    const lines = await this.run('apt-cache', 'policy', name);
    return lines.some((line) => /^ *Candidate: (?!\(none\))/.test(line));
  }

  /** Adds the backports of the installed Debian release, from the system's mirror. Does nothing on other systems. */
  async addBackports(): Promise<void> {
    const format = '$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)';
    const targets = await this.run('apt-get', 'indextargets', '--format', format, 'Created-By: Packages');
    const release = targets.map((line) => /^Debian\|main\|([a-z]+)\|(.+)$/.exec(line)).find(Boolean);
    if (!release) return;
    const [, codename, mirror] = release;
    const signedBy = (await isReadable(DEBIAN_KEYRING)) ? `signed-by=${DEBIAN_KEYRING} ` : '';
    // A snapshot mirror is always past its Valid-Until date.
    const line = `deb [${signedBy}check-valid-until=no] ${mirror} ${codename}-backports main\n`;
    await writeFile(join(this.directory, 'sources', 'backports.list'), line);
    await this.update();
  }

  /** Downloads packages and their missing dependencies. Resolves with the files. */
  async download(packages: readonly string[]): Promise<string[]> {
    // --reinstall: also downloads a package that is installed, but in a place where it was not found.
    await this.run('apt-get', 'install', '--yes', '--download-only', '--reinstall', ...packages);
    const archives = join(this.directory, 'archives');
    const names = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
    return names.map((name) => join(archives, name));
  }

  /** Resolves with the lines of its output. Throws apt's error message. */
  private run(program: 'apt-get' | 'apt-cache', ...args: string[]): Promise<string[]> {
    return runProgram(program, ['--config-file', join(this.directory, 'apt.conf'), ...args]);
  }
}

/** Runs a program, and kills it when this process ends. Resolves with its output. Throws its error message. */
export async function runProgram(program: string, args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const { code, text } = await GuardedProcess.start({
    program,
    args,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    graceSeconds: 2,
    onLine: (line) => lines.push(line),
  }).then(({ exited }) => exited);
  if (code === 0) return lines;
  const reason = lines.find((line) => line.startsWith('E: ')) ?? lines.at(-1) ?? '';
  throw new Error(`${program} ${text}${reason && `: ${reason.replace(/^E: /, '')}`}`);
}

/** apt reads this after the system's configuration, so the system's proxies and credentials stay in effect. */
function configuration(directory: string): string {
  return `// Hooks of the system's configuration would change the system.
#clear APT::Update;
#clear DPkg;
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Debug::NoLocking "true";
Dir::State "${directory}";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${directory}";
Dir::Etc::sourceparts "${join(directory, 'sources')}";
`;
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
