import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { createClient, createCluster } from 'redis';
import { openEngine } from './open-engine.js';

/** `best` is node-redis without its timeout per command, `default` is node-redis with its default options. */
export type Side = 'engine' | 'best' | 'default';

export interface Round {
  readonly gets: number;
  /** Number of GETs issued together. */
  readonly wave: number;
}

interface Client {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
}

interface BareClient extends Client {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void;
}

const KEYS = Array.from({ length: 1000 }, (_, index) => `bench:${index}`);
const VALUE = 'v'.repeat(100);

async function open(side: Side, url: string): Promise<{ client: Client; close: () => void }> {
  if (side === 'engine') {
    const engine = await openEngine(url);
    const client: Client = {
      get: (key) => engine.call(key, (it) => it.get(key)),
      set: (key, value) => engine.call(key, (it) => it.set(key, value)),
    };
    return { client, close: () => engine.close() };
  }
  const client = bareClient(side, url);
  // Without a listener an error would end the process. A failing GET shows the error.
  client.on('error', () => undefined);
  await client.connect();
  return { client, close: () => client.destroy() };
}

function bareClient(side: Side, engineUrl: string): BareClient {
  // node-redis supports only its own schemes.
  const url = engineUrl.replace(/^.*:\/\/([^,/]+).*$/, 'redis://$1');
  // Otherwise node-redis creates an AbortSignal with a timer of 5 s per command.
  const options = side === 'best' ? { commandOptions: { timeout: undefined } } : {};
  if (!engineUrl.includes('+cluster:')) return createClient({ url, ...options });
  return createCluster({ rootNodes: [{ url }], ...options });
}

let previousTotal = 0;

/** Microseconds of CPU since the previous round, because its timers may still have run. */
async function cpuOf(client: Client, { gets, wave }: Round): Promise<number> {
  for (let sent = 0; sent < gets; sent += wave) await getTogether(client, sent, wave);
  const { user, system } = process.cpuUsage();
  const before = previousTotal;
  previousTotal = user + system;
  return previousTotal - before;
}

async function getTogether(client: Client, first: number, count: number): Promise<void> {
  const values: Promise<string | null>[] = [];
  for (let index = first; index < first + count; index++) {
    values.push(client.get(KEYS[index % KEYS.length] ?? ''));
  }
  const wrong = (await Promise.all(values)).find((value) => value?.length !== VALUE.length);
  if (wrong !== undefined) throw new Error('A GET returned another value than was SET.');
}

/** Fails if a new version of node-redis creates timers in spite of the option. */
async function requireNoTimers(best: Client): Promise<void> {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  let timers = 0;
  AbortSignal.timeout = (milliseconds) => {
    timers += 1;
    return timeout(milliseconds);
  };
  await getTogether(best, 0, KEYS.length);
  AbortSignal.timeout = timeout;
  if (timers > 0)
    throw new Error(`node-redis without timeouts created ${timers} timers for ${KEYS.length} GETs.`);
}

Logger.overrideLogger(false);
const [side, url] = process.argv.slice(2) as [Side, string];
const { client, close } = await open(side, url);
for (const key of KEYS) await client.set(key, VALUE);
if (side === 'best') await requireNoTimers(client);
process.on('message', (round: Round) => void cpuOf(client, round).then((cpu) => process.send?.(cpu)));
process.send?.(0);
await once(process, 'disconnect');
close();
