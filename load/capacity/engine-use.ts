import { createClient } from 'redis';

/** What an engine uses, from its own counters. */
export interface EngineUse {
  /** CPU time since its start, in milliseconds. */
  processorMs(): Promise<number>;
  /** Bytes that are allocated now. */
  usedMemory(): Promise<number>;
  /** The mean of MEMORY USAGE of the keys that match. NaN without keys. */
  meanBytesOf(pattern: string): Promise<number>;
  close(): void;
}

export async function connectToEngine(url: string): Promise<EngineUse> {
  const { hostname: host, port } = new URL(url);
  const client = createClient({ socket: { host, port: Number(port) } });
  // Commands reject, and that ends the run.
  client.on('error', () => undefined);
  await client.connect();
  return {
    processorMs: async () => {
      const info = await client.info('cpu');
      return 1_000 * (numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys'));
    },
    usedMemory: async () => numberIn(await client.info('memory'), 'used_memory'),
    meanBytesOf: async (pattern) => {
      let [bytes, count] = [0, 0];
      for await (const keys of client.scanIterator({ MATCH: pattern, COUNT: 1_000 })) {
        for (const key of keys) {
          bytes += (await client.memoryUsage(key)) ?? 0;
          count++;
        }
      }
      return bytes / count;
    },
    close: () => client.destroy(),
  };
}

/** For example `used_memory:1024`. */
export function numberIn(info: string, field: string): number {
  return Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1] ?? NaN);
}
