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
  const describe = ['--git-dir', '.git', 'describe', '--always', '--dirty'];
  try {
    const { stdout } = await promisify(execFile)('git', describe, { cwd: root });
    return `commit ${stdout.trim()}`;
  } catch {
    const text = await readFile(join(root, 'package.json'), 'utf8');
    return `version ${(JSON.parse(text) as { version: string }).version}`;
  }
}
