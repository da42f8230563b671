import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NestService } from './nest-service.js';
import { run } from './run.js';

let service: NestService;
beforeEach(async () => void (service = await NestService.create('cjs')));
afterEach(() => service.remove());

async function editFile(path: string, edit: (text: string) => string): Promise<void> {
  const file = join(service.folder, path);
  await writeFile(file, edit(await readFile(file, 'utf8')));
}

/** Edits the package.json of the service, commits, and returns why a copy is refused. */
async function refusalAfter(edit: (packageJson: string) => string): Promise<string> {
  await editFile('package.json', edit);
  await service.commit();
  const refused = await service.copy('leaderboard').catch((error: unknown) => String(error));
  expect(await service.git('status', '--porcelain')).toBe('');
  return refused;
}

describe('a service that the modules do not work in', () => {
  it('is refused with the reason, and stays as it is, if it has Nest 11', async () => {
    const refusal = await refusalAfter((text) =>
      text.replaceAll(/("@nestjs\/\w[\w-]*": ")\^12[^"]*/g, '$1^11.0.1'),
    );
    expect(refusal).toContain('The target has Nest 11. The modules need Nest 12');
  });

  it('is refused with the reason, and stays as it is, if it runs on Fastify', async () => {
    const refusal = await refusalAfter((text) => text.replace('platform-express', 'platform-fastify'));
    expect(refusal).toContain('The target runs on fastify, but leaderboard needs express');
  });
});

describe('an update', () => {
  it('keeps what the service edited, and says so', async () => {
    await service.copy('query-cache');
    await editFile('src/query-cache/index.ts', (text) => `${text}export const ownEdit = 1;\n`);
    await service.commit();
    expect(await service.copy()).toContain('kept     src/query-cache/index.ts (edited)');
    expect(await readFile(join(service.folder, 'src/query-cache/index.ts'), 'utf8')).toContain('ownEdit');
    expect(await service.copy('--diff')).toContain('+export const ownEdit = 1;');
  });
});

describe('without a clone', () => {
  it('copies the same from a package that npm pack made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'packed-'));
    try {
      const packed = await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', folder]);
      const tarball = packed.stdout.trim().split('\n').at(-1) ?? '';
      await run('npx', ['--yes', `./${tarball}`, 'leaderboard', service.folder], { cwd: folder });
      const fromPackage = await service.git('status', '--porcelain', '--untracked-files=all');
      await service.reset();
      await service.copy('leaderboard');
      expect(await service.git('status', '--porcelain', '--untracked-files=all')).toBe(fromPackage);
      expect(fromPackage).toContain('src/leaderboard/index.ts');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
