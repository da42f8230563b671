import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FaultStack,
  type FaultStackOptions,
  startFaultStack,
} from '../../test/support/faults/fault-stack.js';
import type { Scene } from '../experiment.js';
import { isSentinel } from './engines.js';
import { RecordingProxy } from './recording-proxy.js';

/** Servers with a password, an append-only file, a slow log of every command and a log of all details, each behind a proxy that records. */
export interface RecordedEngines {
  readonly servers: FaultStack;
  readonly url: string;
  /** All bytes of clients, replicas and sentinels. Nodes of a cluster have another connection between them, for gossip. */
  readonly recorded: Buffer;
  /** What the servers keep. */
  kept(): Promise<Kept>;
  stop(): Promise<void>;
}

export interface Kept {
  /** Of all data nodes: the dump, the append-only file, and the configuration. */
  readonly files: Buffer;
  /** With the arguments of the commands. */
  readonly slowLog: Buffer;
  /** What the servers have written to their log. */
  readonly log: Buffer;
}

export async function startRecorded(
  { engine, topology }: Pick<Scene, 'engine' | 'topology'>,
  { tls, ...options }: Pick<FaultStackOptions, 'serverCertificate'> & { readonly tls: boolean },
): Promise<RecordedEngines> {
  const proxies: RecordingProxy[] = [];
  const front = async ({ port }: { readonly port: number }) => {
    const proxy = await RecordingProxy.start(port);
    proxies.push(proxy);
    return proxy;
  };
  const log: string[] = [];
  const onLine = (line: string) => void log.push(line);
  const servers = await startFaultStack({ kind: engine, topology, tls }, { ...options, front, onLine });
  const dataNodes = [...servers.nodes].flatMap(([name, node]) => (isSentinel(name) ? [] : [node]));
  for (const node of dataNodes) {
    await node.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
    await node.command('CONFIG', 'SET', 'slowlog-max-len', '10000');
    await node.command('CONFIG', 'SET', 'loglevel', 'debug');
  }
  return {
    servers,
    url: servers.url,
    get recorded() {
      return Buffer.concat(proxies.map(({ recorded }) => recorded));
    },
    kept: async () => {
      const files: Buffer[] = [];
      const slowLog: string[] = [];
      for (const node of dataNodes) {
        await node.command('SAVE');
        const [, directory] = (await node.command('CONFIG', 'GET', 'dir')) as string[];
        files.push(...(await filesIn(directory ?? '')));
        slowLog.push(JSON.stringify(await node.command('SLOWLOG', 'GET', '-1')));
      }
      return {
        files: Buffer.concat(files),
        slowLog: Buffer.from(slowLog.join('\n')),
        log: Buffer.from(log.join('\n')),
      };
    },
    stop: () => servers.stop(),
  };
}

async function filesIn(directory: string): Promise<Buffer[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
}
