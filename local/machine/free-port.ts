import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LINUX_DEFAULT = 32_768;
/** Processes that run at the same time have neighbouring ids. These many ports lie between where they begin. */
const PORTS_PER_PROCESS = 64;

// The ports from `END` on are ephemeral: any outgoing connection may take one between the probe and the start of the server.
const END = firstEphemeralPort();

let next = FIRST + ((process.pid * PORTS_PER_PROCESS) % (END - FIRST));

/** A free loopback port. Another process may take it before the server starts, so callers should be able to retry. */
export async function freePort(): Promise<number> {
  for (let probed = FIRST; probed < END; probed += 1) {
    const port = next;
    next = port + 1 < END ? port + 1 : FIRST;
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${FIRST} to ${END - 1} are in use. Stop some of the servers on 127.0.0.1.`);
}

/** Several different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

function firstEphemeralPort(): number {
  try {
    const first = parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return first > FIRST + PORTS_PER_PROCESS ? first : LINUX_DEFAULT;
  } catch {
    // Not Linux. Other systems begin at 49152 (RFC 6335).
    return LINUX_DEFAULT;
  }
}
