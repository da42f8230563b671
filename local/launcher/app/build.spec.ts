import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from './build.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'build-spec-'));
  await mkdir(join(root, 'src/deep/dist'), { recursive: true });
  await writeFile(join(root, 'src/deep/a.ts'), 'a');
  await writeFile(join(root, 'tsconfig.json'), '{}');
});

afterEach(() => rm(root, { recursive: true }));

const fingerprint = (): Promise<string> => fingerprintOf(root, ['src', 'tsconfig.json']);

describe('fingerprintOf', () => {
  it.each<[string, () => Promise<void>]>([
    ['a changed file', () => writeFile(join(root, 'src/deep/a.ts'), 'b')],
    ['a new file', () => writeFile(join(root, 'src/b.ts'), '')],
    ['a removed file', () => rm(join(root, 'src/deep/a.ts'))],
    ['a changed setting', () => writeFile(join(root, 'tsconfig.json'), '{ }')],
  ])('changes after %s', async (_, change) => {
    const before = await fingerprint();
    await change();
    expect(await fingerprint()).not.toBe(before);
  });

  it.each<[string, () => Promise<void>]>([
    ['new modification times', () => utimes(join(root, 'src/deep/a.ts'), 1, 1)],
    ['a new file in a build output folder', () => writeFile(join(root, 'src/deep/dist/a.js'), '')],
  ])('does not change after %s', async (_, change) => {
    const before = await fingerprint();
    await change();
    expect(await fingerprint()).toBe(before);
  });
});
