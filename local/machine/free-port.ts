import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tryLock } from './lock.js';

/** Browsers and `fetch` refuse some ports below, such as 10080. */
const FIRST = 11_000;
const LINUX_DEFAULT = 32_768;
/** Processes that run at the same time have neighbouring ids. They begin this far apart, so that they rarely probe the same ports. */
const PORTS_BETWEEN_PROCESSES = 8_693;

// The ports from `END` on are ephemeral: the kernel may assign one to an outgoing connection between the probe and the start of the server.
const END = firstEphemeralPort();

let next = FIRST + ((process.pid * PORTS_BETWEEN_PROCESSES) % (END - FIRST));

/** A free loopback port, reserved until this process ends. A program that does not call this can still bind it, so callers should be able to retry. */
export async function freePort(): Promise<number> {
  for (let probed = FIRST; probed < END; probed += 1) {
    const port = next;
    next = port + 1 < END ? port + 1 : FIRST;
    if ((await reservePort(port)) && (await isFree(port))) return port;
  }
  throw new Error(`All ports from ${FIRST} to ${END - 1} are in use. Stop some of the servers on 127.0.0.1.`);
}

/**
 * Reserves the port until this process ends, also while its server restarts: {@link freePort} returns it in no process of this machine.
 *
 * @returns false if this or another process has already reserved it
 */
export async function reservePort(port: number): Promise<boolean> {
  return (await tryLock(`port ${port}`)) !== undefined;
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
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

function firstEphemeralPort(): number {
  try {
    const first = parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
    return first > FIRST + 1_000 ? first : LINUX_DEFAULT;
  } catch {
    // Not Linux. Other systems begin at 49152 (RFC 6335).
    return LINUX_DEFAULT;
  }
}
