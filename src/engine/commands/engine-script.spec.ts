import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScript } from './engine-script.js';

describe('readScript', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-script-'));
  const caller = join(folder, 'scripts.js');

  beforeAll(() => {
    writeFileSync(join(folder, 'shared.lua'), 'local one = 1');
    writeFileSync(join(folder, 'read.lua'), 'return one');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('concatenates the files in their order', () => {
    expect(readScript('read', caller, 'shared.lua', 'read.lua').lua).toBe('local one = 1\nreturn one');
  });

  it('finds the files beside an ES module (import.meta.url) and a CommonJS module (__filename)', () => {
    const ofUrl = readScript('read', pathToFileURL(caller).href, 'read.lua');
    expect(readScript('read', caller, 'read.lua')).toEqual(ofUrl);
  });

  it('names the missing file and the setting that copies it to dist', () => {
    expect(() => readScript('sessions.read', caller, 'nowhere.lua')).toThrow(
      /^The script sessions\.read has no file .*nowhere\.lua\. Add "assets": \["\*\*\/\*\.lua"\] to compilerOptions in nest-cli\.json/,
    );
  });
});
