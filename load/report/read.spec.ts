import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from './read.js';
import { reportWith } from './report.fixture.js';

describe('readReport', () => {
  let directory: string;
  const fileWith = async (text: string) => {
    const file = join(directory, 'old.json');
    await writeFile(file, text);
    return file;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'old-report-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('reads a report of this version', async () => {
    const report = reportWith({ answers: ['Yes.'] });
    await expect(readReport(await fileWith(JSON.stringify(report)))).resolves.toEqual(report);
  });

  it('names a file that does not exist', async () => {
    await expect(readReport(join(directory, 'none.json'))).rejects.toThrow(
      /^--compare cannot read .*none\.json \(ENOENT\)\.$/,
    );
  });

  it.each(['', 'no JSON', 'null', '7', '{"version":"0.1.0"}'])('refuses a file with "%s"', async (text) => {
    await expect(readReport(await fileWith(text))).rejects.toThrow(
      /^--compare needs the JSON file of an earlier run, and .*old\.json is none\.$/,
    );
  });

  it.each([
    [undefined, 1],
    [99, 99],
  ])('refuses a report whose version is %s', async (version, named) => {
    const report = { ...reportWith({}), version };
    await expect(readReport(await fileWith(JSON.stringify(report)))).rejects.toThrow(
      `it is a report of version ${named}, and this is version 2.`,
    );
  });
});
