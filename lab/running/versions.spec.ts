import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectVersion } from './versions.js';

describe('projectVersion', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'versions-'));
    await writeFile(join(root, 'package.json'), '{"version": "1.2.3"}');
  });

  afterEach(() => rm(root, { recursive: true }));

  it('is the version in package.json without a repository', async () => {
    expect(await projectVersion(root)).toBe('version 1.2.3');
  });

  it('is the commit, with "-dirty" after a change of anything but docs/claims.md', async () => {
    const claims = join(root, 'docs', 'claims.md');
    await mkdir(join(root, 'docs'));
    await writeFile(claims, 'old');
    const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'ignore' });
    git('init');
    git('add', '.');
    git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-m', 'test');
    expect(await projectVersion(root)).toMatch(/^commit [\da-f]{7,}$/);
    await writeFile(claims, 'new');
    expect(await projectVersion(root)).toMatch(/^commit [\da-f]{7,}$/);
    await writeFile(join(root, 'package.json'), '{}');
    expect(await projectVersion(root)).toMatch(/^commit [\da-f]{7,}-dirty$/);
  });
});
