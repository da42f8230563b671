import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { installed } from '../../../support/app.js';
import { Program, survivors } from '../program.js';

describe('local servers when their parent process ends', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'end too, even when paused, and delete their temporary data: %s',
    async (signal) => {
      const kinds = installed('valkey', 'redis', 'memcached');
      const parent = new Program('test/e2e/local/launcher/servers.fixture.ts', kinds);
      onTestFinished(() => void parent.process.kill());
      const [line] = await parent.says(/^\{"pids".*/);
      const { pids, directories } = JSON.parse(line) as { pids: number[]; directories: string[] };
      expect(pids).toHaveLength(kinds.length + 2 + 5 + 3);
      parent.process.kill(signal);
      expect(await survivors(pids)).toEqual([]);
      await vi.waitFor(() => expect(directories.filter((path) => existsSync(path))).toEqual([]), {
        timeout: 10_000,
      });
    },
    120_000,
  );
});
