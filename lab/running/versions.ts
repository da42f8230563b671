import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EngineProgram, engineVersion } from '../../local/installation/engine-program.js';

/** What is measured, for example "commit ada6805, valkey 9.0.1". */
export async function describeVersions(root: string, engine: EngineProgram): Promise<string> {
  const [project, version] = await Promise.all([projectVersion(root), engineVersion(engine)]);
  return `${project}, ${engine.kind} ${version}`;
}

/** "commit ada6805", with "-dirty" if files differ from it. Without git or a repository the version in package.json. */
export async function projectVersion(root: string): Promise<string> {
  // With --git-dir git does not look for a repository in the folders above.
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['--git-dir', '.git', ...args], { cwd: root })).stdout.trim();
  try {
    const commit = await git('rev-parse', '--short', 'HEAD');
    // The lab itself writes docs/claims.md.
    const changes = await git('status', '--porcelain', '--untracked-files=no', '--', ':!docs/claims.md');
    return `commit ${commit}${changes === '' ? '' : '-dirty'}`;
  } catch {
    const text = await readFile(join(root, 'package.json'), 'utf8');
    return `version ${(JSON.parse(text) as { version: string }).version}`;
  }
}
