import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { freePort, freePorts } from './free-port.js';

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const firstEphemeral = existsSync(RANGE) ? parseInt(readFileSync(RANGE, 'utf8'), 10) : 49_152;

function freshModule(): Promise<typeof import('./free-port.js')> {
  vi.resetModules();
  return import('./free-port.js');
}

describe('freePorts', () => {
  it('returns different ports, also to callers at the same time', async () => {
    const ports = (await Promise.all([freePorts(20), freePorts(20), freePort()])).flat();
    expect(new Set(ports).size).toBe(41);
  });

  it('returns no port that another process has reserved, even if nothing listens there yet', async () => {
    // Two copies of the module begin at the same port, as two processes can.
    const [one, other] = [await freshModule(), await freshModule()];
    const ports = (await Promise.all([one.freePorts(50), other.freePorts(50)])).flat();
    expect(new Set(ports).size).toBe(100);
  });

  it('skips a port in use', async () => {
    // Takes those that follow, as far as they are free.
    const from = await freePort();
    const servers = [1, 2, 3].map((i) => createServer().listen(from + i, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening').catch(() => undefined)));
    try {
      expect([from + 1, from + 2, from + 3]).not.toContain(await freePort());
    } finally {
      for (const server of servers) server.close();
    }
  });

  it.runIf(firstEphemeral > 13_000)('returns no ephemeral port', async () => {
    for (const port of await freePorts(50)) expect(port).toBeLessThan(firstEphemeral);
  });
});
