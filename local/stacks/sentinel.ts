import { randomBytes } from 'node:crypto';
import { prepareEngine } from '../engines/engine-setup.js';
import type { Reply } from '../engines/redis-connection.js';
import { engineUrl, type LocalEngine } from '../engines/redis-node.js';
import { onFreePorts } from '../processes/local-server.js';
import type { EngineStack, StackOptions } from './engine-stack.js';
import { areReplicating, waitUntil } from './readiness.js';
import {
  announceSettings,
  type PlannedNode,
  PRIMARY_NAME,
  sentinelSettings,
  type SentinelPlan,
} from './sentinel-settings.js';
import { StackNodes } from './stack-nodes.js';

export interface SentinelOptions extends StackOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** A sentinel considers the primary down after this time without an answer. Default: 1000. */
  readonly downAfterMilliseconds?: number;
}

const READY_WITHIN_SECONDS = 15;

/**
 * Starts a primary, its replicas, and sentinels that promote a replica when a majority cannot reach the primary.
 * Resolves when a failover would succeed. `settings` apply to the data nodes. The URL's credentials are valid on data nodes and sentinels.
 */
export async function startSentinel(
  kind: 'redis' | 'valkey',
  options: SentinelOptions = {},
): Promise<EngineStack> {
  const { replicas = 1, sentinels = 3 } = options;
  return onFreePorts(1 + replicas + sentinels, async (ports) => {
    const setup = await prepareEngine(kind, options, { directory: true });
    const nodes = new StackNodes(setup, options);
    const stack = new SentinelStack(nodes, await planNodes(nodes, ports, options));
    try {
      await stack.start();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  });
}

async function planNodes(
  nodes: StackNodes,
  [primary = 0, ...ports]: readonly number[],
  { replicas = 1, downAfterMilliseconds = 1000 }: SentinelOptions,
): Promise<SentinelPlan> {
  const plan = async (name: string, port: number): Promise<PlannedNode> => ({
    name,
    port,
    publicPort: await nodes.publicPort(name, port),
  });
  const planAll = (name: string, some: readonly number[]) =>
    Promise.all(some.map((port, index) => plan(`${name}-${index + 1}`, port)));
  return {
    primary: await plan('primary', primary),
    replicas: await planAll('replica', ports.slice(0, replicas)),
    sentinels: await planAll('sentinel', ports.slice(replicas)),
    downAfterMilliseconds,
  };
}

class SentinelStack implements EngineStack {
  readonly topology = 'sentinel';
  readonly url: string;

  constructor(
    private readonly members: StackNodes,
    private readonly plan: SentinelPlan,
  ) {
    const ports = plan.sentinels.map(({ publicPort }) => publicPort);
    const parameters = [`name=${PRIMARY_NAME}`];
    this.url = engineUrl(members.setup, ports, { topology: this.topology, parameters });
  }

  get tls() {
    return this.members.setup.tls;
  }

  get nodes() {
    return this.members.byName;
  }

  node(name: string) {
    return this.members.get(name);
  }

  async start(): Promise<void> {
    const { primary, replicas } = this.plan;
    await this.members.start({ ...primary, settings: announceSettings(primary) });
    const followers = await Promise.all(
      replicas.map((replica) =>
        this.members.start({
          ...replica,
          settings: [['replicaof', '127.0.0.1', `${primary.publicPort}`], ...announceSettings(replica)],
        }),
      ),
    );
    await waitUntil('all replicas follow the primary', READY_WITHIN_SECONDS, () => areReplicating(followers));
    const sentinels = await this.startSentinels();
    await waitUntil('all sentinels know all nodes', READY_WITHIN_SECONDS, async () =>
      (await Promise.all(sentinels.map((sentinel) => this.knowsAll(sentinel)))).every(Boolean),
    );
  }

  /** The primary that most sentinels report to clients. */
  async primaryNow(): Promise<string> {
    const sentinels = this.plan.sentinels.map(({ name }) => name);
    const replies = await this.members.queryEach(
      sentinels,
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      PRIMARY_NAME,
    );
    const votes = new Map<number, number>();
    for (const reply of replies) {
      const port = Number(Array.isArray(reply) ? reply[1] : Number.NaN);
      votes.set(port, (votes.get(port) ?? 0) + 1);
    }
    const [winner] = [...votes].toSorted(([, one], [, other]) => other - one);
    const name = winner && this.members.nameOfPort(winner[0]);
    if (!name) throw new Error(`None of ${sentinels.join(', ')} reports a primary.`);
    return name;
  }

  proxy(name: string) {
    return this.members.proxy(name);
  }

  stop(): Promise<void> {
    return this.members.stop();
  }

  private startSentinels(): Promise<LocalEngine[]> {
    const ids = this.plan.sentinels.map(() => randomBytes(20).toString('hex'));
    return Promise.all(
      this.plan.sentinels.map((sentinel, own) =>
        this.members.start({
          ...sentinel,
          settings: sentinelSettings(this.members.setup, this.plan, { ids, own }),
          role: 'sentinels',
        }),
      ),
    );
  }

  /** CKQUORUM replies "OK 3 usable Sentinels. ..." when there are three. */
  private async knowsAll(sentinel: LocalEngine): Promise<boolean> {
    const quorum = await sentinel.command('SENTINEL', 'CKQUORUM', PRIMARY_NAME);
    const replicas = await sentinel.command('SENTINEL', 'REPLICAS', PRIMARY_NAME);
    const usable = (Array.isArray(replicas) ? replicas : [])
      .map(fieldsOf)
      .filter((fields) => fields.get('flags') === 'slave' && fields.get('master-link-status') === 'ok');
    const sentinels = this.plan.sentinels.length;
    return usable.length === this.plan.replicas.length && String(quorum).startsWith(`OK ${sentinels} usable`);
  }
}

/** Converts a flat list of names and values into a map. */
function fieldsOf(reply: Reply): Map<string, Reply> {
  const items = Array.isArray(reply) ? reply : [];
  const fields = new Map<string, Reply>();
  for (let index = 0; index + 1 < items.length; index += 2) {
    fields.set(String(items[index]), items[index + 1] ?? null);
  }
  return fields;
}
