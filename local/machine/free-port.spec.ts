import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, freePorts } from './free-port.js';

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
const firstEphemeral = existsSync(RANGE) ? parseInt(readFileSync(RANGE, 'utf8'), 10) : 49_152;

describe('freePorts', () => {
  it('returns different ports, also to callers at the same time', async () => {
    const ports = (await Promise.all([freePorts(20), freePorts(20), freePort()])).flat();
    expect(new Set(ports).size).toBe(41);
  });

  it('skips a port in use', async () => {
    const inUse = (await freePort()) + 1;
    const server = createServer().listen(inUse, '127.0.0.1');
    await once(server, 'listening');
    try {
      expect(await freePort()).not.toBe(inUse);
    } finally {
      server.close();
    }
  });

  it.runIf(firstEphemeral > 12_000)('returns no port that an outgoing connection may take', async () => {
    for (const port of await freePorts(50)) expect(port).toBeLessThan(firstEphemeral);
  });
});
