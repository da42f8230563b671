import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineUrlError } from '../address/engine-address.js';
import { parseEngineUrl } from '../address/engine-url.js';
import { checkPasswordFiles, readPasswordFile } from './password-file.js';

describe('a password file', () => {
  let directory: string;
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'password-file-'))));
  afterAll(() => rm(directory, { recursive: true }));

  const write = async (text: string): Promise<string> => {
    const file = join(directory, 'password');
    await writeFile(file, text);
    return file;
  };
  const check = (parameters: string) =>
    checkPasswordFiles(parseEngineUrl(`redis+sentinel://a?name=primary&${parameters}`));

  it.each(['hunter2', 'hunter2\n', 'hunter2\r\n'])(
    'is read without the line break at its end: %j',
    async (text) => {
      expect(readPasswordFile(await write(text))).toBe('hunter2');
    },
  );

  it('keeps spaces', async () => {
    expect(readPasswordFile(await write(' hunter 2 \n'))).toBe(' hunter 2 ');
  });

  it.each([
    ['\n', /password-file .* is empty/],
    ['hunter2\nhunter3\n', /more than one line/],
  ])('is rejected at boot if its text is %j', async (text, message) => {
    const file = await write(text);
    for (const parameter of ['password-file', 'sentinel-password-file']) {
      expect(() => check(`${parameter}=${file}`)).toThrow(EngineUrlError);
      expect(() => check(`${parameter}=${file}`)).toThrow(new RegExp(`^names the ${parameter} `));
      expect(() => check(`${parameter}=${file}`)).toThrow(message);
      expect(() => check(`${parameter}=${file}`)).toThrow(/^(?!.*hunter)/);
    }
  });

  it('is rejected at boot if it does not exist or is a folder', () => {
    expect(() => check(`password-file=${directory}/none`)).toThrow(/cannot be read \(ENOENT\)/);
    expect(() => check(`password-file=${directory}`)).toThrow(/cannot be read \(EISDIR\)/);
  });
});
