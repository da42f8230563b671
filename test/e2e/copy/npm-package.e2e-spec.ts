import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf, readTemplates } from '../../../copy/index.js';
import { nestService } from '../../../copy/testing/nest-service.js';

describe('the npm package', () => {
  let folder: string;
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [join(folder, 'package/dist/copy/run.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'npm-package-'));
    const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      encoding: 'utf8',
    });
    // npm prints what `prepack` prints before it.
    const [{ filename }] = JSON.parse(output.slice(output.indexOf('[\n'))) as [{ filename: string }];
    execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the files of every module', () => {
    const missing = readTemplates()
      .flatMap((template) => [...filesOf(template), `src/${template.folder}/template.json`])
      .filter((path) => !existsSync(join(folder, 'package', path)));
    expect(missing).toEqual([]);
  });

  it('lists the modules without any installed package', () => {
    expect(run('--list')).toContain('leaderboard: ');
  });

  it('copies a module into a service', () => {
    const service = nestService();
    expect(run('leaderboard', service.root)).toContain('Left to do:');
    expect(readFileSync(join(service.root, 'src/app.module.ts'), 'utf8')).toContain(
      'LeaderboardModule.forRootAsync',
    );
    expect(JSON.parse(service.read('.caching-copy/record.json'))).toMatchObject({ origin: { commit: null } });
  });

  it('starts as a program', () => {
    const { bin } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    const file = join(folder, 'package', Object.values(bin)[0] ?? '');
    expect(readFileSync(file, 'utf8').split('\n', 1)).toEqual(['#!/usr/bin/env node']);
  });
});
