import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Lock {
  release(): Promise<void>;
}

/**
 * Acquires the machine-wide lock of that name, or returns undefined when another process holds it.
 *
 * The lock is a listening socket, so the kernel releases it with its process. On Linux the socket has an abstract name,
 * which leaves no file behind.
 */
export async function tryLock(name: string): Promise<Lock | undefined> {
  const id = `nestjs-in-memory-caching-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  if (process.platform === 'linux') return listen(`\0${id}`);
  const file = join(tmpdir(), `${id}.sock`);
  const lock = await listen(file);
  if (lock || (await answers(file))) return lock;
  // A dead process left the file. Two processes that find it at the same instant could both acquire the lock. Then PostgreSQL's own
  // lock file stops the second, and a server whose port is taken starts on another one.
  await rm(file, { force: true });
  return listen(file);
}

/** Waits until the lock is free, and acquires it. */
export async function lock(name: string): Promise<Lock> {
  for (;;) {
    const held = await tryLock(name);
    if (held) return held;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function listen(address: string): Promise<Lock | undefined> {
  const server = createServer((visitor) => visitor.destroy());
  try {
    server.listen(address).unref();
    await once(server, 'listening');
    return { release: () => closed(server) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const visitor = createConnection(address);
    visitor.once('connect', () => resolve(true)).once('error', () => resolve(false));
    visitor.once('connect', () => visitor.destroy());
  });
}
