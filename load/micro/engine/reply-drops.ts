import { setTimeout as wait } from 'node:timers/promises';
import {
  type EngineStack,
  type FaultProxy,
  type LocalEngine,
  startCluster,
  startEngine,
  startFaultProxy,
  startSentinel,
} from '../../../local/index.js';
import type { RedisEngine } from '../../../src/engine/index.js';
import { until } from './open-engine.js';
import { commandsOf } from '../../../test/support/commands-of.js';

/** Milliseconds. Shorter than a deadline, half of one, and longer than one: each drops the replies at another stage of a call. */
export const DROPS_MS = [40, 150, 450];
const CLEAR_MS = 250;
/** Longer than any drop, so that no replica is promoted: a failover loses writes in any case. */
const NEVER_DEAD_MS = 10_000;

/** Servers with a fault proxy in front of each primary. */
export interface ProxiedStack {
  readonly topology: string;
  readonly url: string;
  readonly proxies: readonly FaultProxy[];
  readonly primaries: () => Promise<LocalEngine[]>;
  readonly stop: () => Promise<void>;
}

export const PROXIED_STACKS: readonly (() => Promise<ProxiedStack>)[] = [
  async () => {
    const server = await startEngine('valkey');
    const proxy = await startFaultProxy({ target: server });
    return {
      topology: 'standalone',
      url: proxy.through(server.url),
      proxies: [proxy],
      primaries: async () => [server],
      stop: async () => {
        await proxy.stop();
        await server.stop();
      },
    };
  },
  async () =>
    proxiedStackOf(await startSentinel('valkey', { proxied: true, downAfterMilliseconds: NEVER_DEAD_MS }), [
      'primary',
    ]),
  async () => {
    const cluster = await startCluster('valkey', { proxied: true, nodeTimeoutMilliseconds: NEVER_DEAD_MS });
    return proxiedStackOf(cluster, cluster.shards);
  },
];

/** The first primary of a shard has the name of the shard. */
function proxiedStackOf(stack: EngineStack, primaries: readonly string[]): ProxiedStack {
  return {
    topology: stack.topology,
    url: stack.url,
    proxies: primaries.map((name) => stack.proxy(name)),
    primaries: () => Promise.all(primaries.map(async (name) => stack.node(await stack.primaryNow(name)))),
    stop: () => stack.stop(),
  };
}

/** Runs the work while one proxy at a time drops replies. Resolves when the work is done and the engine has recovered. */
export async function whileDropping<T>(
  { proxies, engine }: { proxies: readonly FaultProxy[]; engine: RedisEngine },
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const dropping = dropInTurn(proxies, engine, end.signal);
  try {
    return await work();
  } finally {
    end.abort();
    await dropping;
  }
}

async function dropInTurn(
  proxies: readonly FaultProxy[],
  engine: RedisEngine,
  end: AbortSignal,
): Promise<void> {
  for (let turn = 0; !end.aborted; turn++) {
    await wait(CLEAR_MS);
    await dropReplies(
      proxies[turn % proxies.length],
      DROPS_MS[Math.floor(turn / proxies.length) % DROPS_MS.length],
    );
    // Otherwise most increments would be refused, and only those that are sent are of interest.
    await until('the engine answers again', () => answers(engine));
  }
}

async function dropReplies(proxy: FaultProxy | undefined, milliseconds: number | undefined): Promise<void> {
  proxy?.drop('to-client');
  await wait(milliseconds);
  await proxy?.heal();
}

function answers(engine: RedisEngine): Promise<boolean> {
  return commandsOf(engine)
    .exists('nothing')
    .then(
      () => true,
      () => false,
    );
}
