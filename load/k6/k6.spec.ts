import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const folder = new URL('.', import.meta.url);
const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));

describe('the scripts for k6', () => {
  it('are valid JavaScript', async () => {
    expect(scripts).not.toEqual([]);
    for (const script of scripts)
      await promisify(execFile)(process.execPath, ['--check', new URL(script, folder).pathname]);
  });
});
