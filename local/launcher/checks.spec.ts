import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../machine/free-port.js';
import { checkDataFolder, checkPorts } from './checks.js';

describe('checkPorts', () => {
  it('accepts free ports', async () => {
    await expect(checkPorts(await freePort(), 1)).resolves.toBeUndefined();
  });

  it('keeps the ports from the engines', async () => {
    const first = (await freePort()) + 1;
    await checkPorts(first, 3);
    expect([first, first + 1, first + 2]).not.toContain(await freePort());
  });

  it('names the port in use and a free one', async () => {
    const port = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    await expect(checkPorts(port, 1)).rejects.toThrow(
      new RegExp(`^Port ${port} is in use\\. Choose another one: PORT=(?!${port} )\\d+ npm start$`),
    );
    taken.close();
  });
});

describe('checkDataFolder', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'checks-spec-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('rejects a folder that cannot be created', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(checkDataFolder(join(folder, 'file', '1'))).rejects.toThrow(
      /the folder is not writable\. Make it writable/,
    );
  });

  it('rejects a disk without enough free space, and says how much is needed', async () => {
    await expect(checkDataFolder(folder, { bytes: 1e18, advice: 'load less' })).rejects.toThrow(
      /has [\d.]+ GB free, but 1000000000.2 GB are needed\. Free some space, load less, or set DATABASE_URL\.$/,
    );
  });
});
