import { mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { reservePort } from '../machine/free-port.js';
import type { Dataset } from './project.js';

const EMPTY_CLUSTER_BYTES = 200e6;

/** Reserves the ports of the app nodes. Throws when one is in use, with a command that uses a free one. */
export async function checkPorts(first: number, count: number): Promise<void> {
  for (let port = first; port < first + count; port += 1) {
    const problem = await portProblem(port);
    if (problem) throw new Error(`${problem} Choose another one: PORT=${await freeFrom(port + 1)} npm start`);
    // A test that starts this program has already reserved the port, so the result is ignored.
    await reservePort(port);
  }
}

/** Creates the data folder. Throws when that fails, or when the disk has too little free space for a dataset. */
export async function checkDataFolder(
  folder: string,
  dataset?: Pick<Dataset, 'bytes' | 'advice'>,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const problem =
      code === 'ENOSPC'
        ? 'the disk is full. Free some space'
        : 'the folder is not writable. Make it writable';
    throw new Error(`Data cannot be stored in ${folder}: ${problem}, or set DATABASE_URL.`, { cause });
  }
  const { bavail, bsize } = await statfs(folder);
  const needed = EMPTY_CLUSTER_BYTES + (dataset?.bytes ?? 0);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `${folder} has ${gigabytes(bavail * bsize)} free, but ${gigabytes(needed)} are needed. ` +
      `Free some space, ${dataset ? `${dataset.advice}, ` : ''}or set DATABASE_URL.`,
  );
}

async function freeFrom(port: number): Promise<number> {
  return (await portProblem(port)) && port < 65_535 ? freeFrom(port + 1) : port;
}

function portProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'EADDRINUSE' ? `Port ${port} is in use.` : `Port ${port} cannot be used (${code}).`);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
