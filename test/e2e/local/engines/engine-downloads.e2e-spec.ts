import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unprivilegedAccount } from '../../../../local/machine/account.js';
import {
  canDownload,
  downloadEngines,
  missingEngines,
} from '../../../../local/installation/engine-downloads.js';
import { engineVersion, findDownloaded } from '../../../../local/installation/engine-program.js';

const KINDS = ['redis', 'valkey', 'memcached'] as const;
const TIMEOUT = 120_000;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engines with spaces-'));
  chmodSync(folder, 0o755);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.runIf(canDownload())('downloadEngines', () => {
  it(
    'unpacks every engine, which user nobody can run also after the folder was moved, and deletes the package lists',
    async () => {
      const directory = join(folder, 'engines');
      await downloadEngines(directory, KINDS);
      expect(readdirSync(directory).toSorted()).toEqual(['bin', 'root']);
      expect(missingEngines(directory)).toEqual([]);
      const moved = join(folder, 'moved');
      renameSync(directory, moved);
      const account = await unprivilegedAccount('nobody');
      for (const kind of KINDS) {
        const program = findDownloaded(moved, [kind]);
        expect(program).toMatchObject({ kind });
        expect(await engineVersion(program!)).toMatch(/^\d+\.\d+/);
        const options = { encoding: 'utf8', ...(account && { uid: account.uid, gid: account.gid }) } as const;
        expect(execFileSync(program!.path, ['--version'], options)).toMatch(/\d+\.\d+/);
      }
    },
    TIMEOUT,
  );

  it(
    'does not change the files of the system’s apt and dpkg',
    async () => {
      const before = systemFiles();
      await downloadEngines(join(folder, 'engines'), ['memcached']);
      expect(systemFiles()).toEqual(before);
    },
    TIMEOUT,
  );

  it(
    'rejects with apt’s error when the package sources are unreachable, and succeeds when they are reachable again',
    async () => {
      const directory = join(folder, 'engines');
      // Nothing listens on port 1.
      vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
      vi.stubEnv('https_proxy', 'http://127.0.0.1:1');
      await expect(downloadEngines(directory, ['memcached'])).rejects.toThrow(
        /^apt-get exited with code 100: /,
      );
      expect(findDownloaded(directory, ['memcached'])).toBeUndefined();
      expect(existsSync(join(directory, 'apt'))).toBe(false);
      vi.unstubAllEnvs();
      await downloadEngines(directory, ['memcached']);
      expect(findDownloaded(directory, ['memcached'])).toBeDefined();
    },
    TIMEOUT,
  );
});

function systemFiles(): string {
  const folders = ['/var/lib/apt/lists', '/var/cache/apt', '/var/lib/dpkg'].filter((path) =>
    existsSync(path),
  );
  return execFileSync('find', [...folders, '-type', 'f', '-printf', '%p %s %T@\\n'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
