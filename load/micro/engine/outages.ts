import {
  type FaultProxy,
  type LocalEngine,
  startCluster,
  startEngine,
  startFaultProxy,
  startSentinel,
} from '../../../local/index.js';

/** Servers behind fault proxies, and how their outage begins. */
export interface Outage {
  readonly servers: string;
  readonly url: string;
  /** All counted connections go through these. */
  readonly proxies: readonly FaultProxy[];
  /** Undefined if the URL is wrong from the start. */
  readonly begin?: () => Promise<void> | void;
  /** The goal: mean connections per second. */
  readonly mostPerSecond: number;
  readonly stop: () => Promise<void>;
}

/** Each address every 100 ms on average. */
const MOST_PER_ADDRESS = 10;
/** A misconfiguration does not end by itself, and some servers block clients that try passwords. */
const MOST_WHEN_WRONG = 2;
const SLOWED_BY_MS = 500;

export const OUTAGES: Readonly<Record<string, () => Promise<Outage>>> = {
  killed: () => standalone((proxy, server) => server.kill()),
  'half-open': () => standalone((proxy) => proxy.drop()),
  [`+${SLOWED_BY_MS} ms each way`]: () => standalone((proxy) => proxy.delay(SLOWED_BY_MS)),
  'wrong password': wrongPassword,
  'wrong CA': wrongAuthority,
  'sentinel, no node left to promote': primaryGone,
  'cluster, one shard of three killed': () => cluster(['shard-1']),
  'cluster, all shards killed': () => cluster(['shard-1', 'shard-2', 'shard-3']),
};

async function standalone(
  begin: (proxy: FaultProxy, server: LocalEngine) => Promise<void> | void,
): Promise<Outage> {
  const server = await startEngine('valkey');
  const outage = await behindProxy(server, server.url);
  const [proxy] = outage.proxies;
  return { ...outage, begin: () => begin(proxy, server), mostPerSecond: MOST_PER_ADDRESS };
}

async function wrongPassword(): Promise<Outage> {
  const server = await startEngine('valkey', { password: 'right' });
  return behindProxy(server, server.url.replace('right', 'wrong'));
}

async function wrongAuthority(): Promise<Outage> {
  const server = await startEngine('valkey', { tls: true });
  const { ca = '', otherCa = '' } = server.tls ?? {};
  return behindProxy(server, server.url.replace(ca, otherCa));
}

async function behindProxy(server: LocalEngine, url: string) {
  const proxy = await startFaultProxy({ target: server });
  return {
    servers: nameOf(server),
    url: proxy.through(url),
    proxies: [proxy] as const,
    mostPerSecond: MOST_WHEN_WRONG,
    stop: async () => {
      await proxy.stop();
      await server.stop();
    },
  };
}

/** Only the URL names the proxies, so connections between the sentinels are not counted. */
async function primaryGone(): Promise<Outage> {
  const stack = await startSentinel('valkey', { replicas: 0 });
  const sentinels = [...stack.nodes].filter(([name]) => name.startsWith('sentinel-'));
  const proxies = await Promise.all(sentinels.map(([, node]) => startFaultProxy({ target: node })));
  return {
    servers: nameOf(stack.node('primary')),
    url: proxies.reduce((url, proxy) => proxy.through(url), stack.url),
    proxies,
    begin: () => stack.node('primary').kill(),
    mostPerSecond: proxies.length * MOST_PER_ADDRESS,
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await stack.stop();
    },
  };
}

/** Without replicas: the proxies would count their connections as well. */
async function cluster(victims: readonly string[]): Promise<Outage> {
  const stack = await startCluster('valkey', { replicasPerShard: 0, proxied: true });
  return {
    servers: nameOf(stack.node('shard-1')),
    url: stack.url,
    proxies: stack.shards.map((shard) => stack.proxy(shard)),
    begin: async () => {
      await Promise.all(victims.map((name) => stack.node(name).kill()));
    },
    mostPerSecond: stack.shards.length * MOST_PER_ADDRESS,
    stop: () => stack.stop(),
  };
}

function nameOf({ name, version }: LocalEngine): string {
  return `${name} ${version}`;
}
