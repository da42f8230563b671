import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../machine/free-port.js';
import { checkDataFolder, checkPorts } from './checks.js';

describe('checkPorts', () => {
  it('passes when all ports are free', async () => {
    await expect(checkPorts(await freePort(), 1)).resolves.toBeUndefined();
  });

  it('names the taken port and a free one', async () => {
    const port = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    await expect(checkPorts(port, 1)).rejects.toThrow(
      new RegExp(`^Port ${port} is taken\\. Start on another: PORT=(?!${port} )\\d+ npm start$`),
    );
    taken.close();
  });
});

describe('checkDataFolder', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'checks-spec-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('says that a folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(checkDataFolder(join(folder, 'file', '1'))).rejects.toThrow(
      /it is not writable\. Make it so/,
    );
  });

  it('says how much room is missing', async () => {
    await expect(checkDataFolder(folder, 3e15)).rejects.toThrow(
      /has [\d.]+ GB free, and 3,000,000,000,000,000 flights/,
    );
  });
});
