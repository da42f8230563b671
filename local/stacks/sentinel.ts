import { randomBytes } from 'node:crypto';
import { type EngineHome, openHome } from '../engines/engine-home.js';
import {
  type EngineStack,
  fieldsOf,
  followsItsPrimary,
  StackNodes,
  type StackOptions,
  untilTrue,
} from './engine-stack.js';
import { onFreePorts } from '../processes/local-server.js';
import { credentialSettings, engineUrl, type Setting } from '../engines/redis-node.js';
import type { Reply } from '../engines/redis-connection.js';

export interface SentinelOptions extends StackOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** How long a primary may be silent before a sentinel takes it for dead. */
  readonly downAfterMilliseconds?: number;
}

/** What the sentinels call the primary and its replicas, and what the URL says. */
const PRIMARY_NAME = 'primary';
const SETTLES_WITHIN_SECONDS = 15;

/**
 * Starts a primary, its replicas, and sentinels that promote one of them when a majority misses the primary.
 * Resolves when a failover would succeed. `settings` go to the data nodes.
 *
 * The URL's credentials are for data nodes and sentinels alike.
 */
export async function startSentinel(
  kind: 'redis' | 'valkey',
  options: SentinelOptions = {},
): Promise<EngineStack> {
  const { replicas = 1, sentinels = 3, downAfterMilliseconds = 1000 } = options;
  return onFreePorts(1 + replicas + sentinels, async ([primary = 0, ...ports]) => {
    const home = await openHome(kind, options, { directory: true });
    const members = new StackNodes(home, options);
    const place = async (name: string, port = 0): Promise<Place> => ({
      name,
      port,
      front: await members.frontOf(name, port),
    });
    const layout = {
      primary: await place('primary', primary),
      replicas: await Promise.all(
        ports.slice(0, replicas).map((port, index) => place(`replica-${index + 1}`, port)),
      ),
      sentinels: await Promise.all(
        ports.slice(replicas).map((port, index) => place(`sentinel-${index + 1}`, port)),
      ),
      downAfterMilliseconds,
    };
    const stack = new SentinelStack(members, layout);
    try {
      await stack.start();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  });
}

interface Place {
  readonly name: string;
  readonly port: number;
  /** Where the others and clients find it. */
  readonly front: number;
}

interface Layout {
  readonly primary: Place;
  readonly replicas: readonly Place[];
  readonly sentinels: readonly Place[];
  readonly downAfterMilliseconds: number;
}

class SentinelStack implements EngineStack {
  readonly topology = 'sentinel';
  readonly url: string;
  private readonly sentinelNames: readonly string[];

  constructor(
    private readonly members: StackNodes,
    private readonly layout: Layout,
  ) {
    this.sentinelNames = layout.sentinels.map(({ name }) => name);
    const fronts = layout.sentinels.map(({ front }) => front);
    this.url = engineUrl(members.home, fronts, {
      topology: this.topology,
      parameters: [`name=${PRIMARY_NAME}`],
    });
  }

  get tls() {
    return this.members.home.tls;
  }

  get nodes() {
    return this.members.byName;
  }

  node(name: string) {
    return this.members.get(name);
  }

  async start(): Promise<void> {
    const { primary, replicas } = this.layout;
    await this.members.start({ ...primary, settings: announce(primary) });
    const followers = await Promise.all(
      replicas.map((place) =>
        this.members.start({
          ...place,
          settings: [['replicaof', '127.0.0.1', `${primary.front}`], ...announce(place)],
        }),
      ),
    );
    await untilTrue('every replica follows the primary', SETTLES_WITHIN_SECONDS, async () =>
      (await Promise.all(followers.map(followsItsPrimary))).every(Boolean),
    );
    await this.startSentinels();
  }

  /** What most sentinels tell a client that asks. */
  async primaryNow(): Promise<string> {
    const answers = await this.members.askEach(
      this.sentinelNames,
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      PRIMARY_NAME,
    );
    const votes = new Map<number, number>();
    for (const { reply } of answers) {
      const port = Number(Array.isArray(reply) ? reply[1] : Number.NaN);
      votes.set(port, (votes.get(port) ?? 0) + 1);
    }
    const [winner] = [...votes].toSorted(([, one], [, other]) => other - one);
    const name = winner && this.members.nameOfPort(winner[0]);
    if (!name) throw new Error(`None of ${this.sentinelNames.join(', ')} says which node is the primary.`);
    return name;
  }

  proxy(name: string) {
    return this.members.proxy(name);
  }

  stop(): Promise<void> {
    return this.members.stop();
  }

  private async startSentinels(): Promise<void> {
    const ids = this.layout.sentinels.map(() => randomBytes(20).toString('hex'));
    const sentinels = await Promise.all(
      this.layout.sentinels.map((place, index) =>
        this.members.start({
          ...place,
          settings: sentinelSettings(this.members.home, this.layout, { ids, own: index }),
          role: 'sentinels',
        }),
      ),
    );
    await untilTrue('the sentinels agree on all nodes', SETTLES_WITHIN_SECONDS, async () => {
      const states = await Promise.all(
        sentinels.map(async (sentinel) =>
          seesAll(
            this.layout,
            await sentinel.command('SENTINEL', 'CKQUORUM', PRIMARY_NAME),
            await sentinel.command('SENTINEL', 'REPLICAS', PRIMARY_NAME),
          ),
        ),
      );
      return states.every(Boolean);
    });
  }
}

/** Any of them can become a replica. */
function announce({ front }: Place): Setting[] {
  return [
    ['replica-announce-ip', '127.0.0.1'],
    ['replica-announce-port', `${front}`],
  ];
}

/** They are told of each other here, which saves the seconds they need to find each other through the primary. */
function sentinelSettings(
  { access, users }: EngineHome,
  { primary, replicas, sentinels, downAfterMilliseconds }: Layout,
  { ids, own }: { ids: readonly string[]; own: number },
): Setting[] {
  const majority = Math.floor(sentinels.length / 2) + 1;
  const about = (setting: string, ...values: (string | number)[]): Setting => [
    'sentinel',
    setting,
    PRIMARY_NAME,
    ...values.map(String),
  ];
  return [
    ['sentinel', 'myid', ids[own] ?? ''],
    ['sentinel', 'announce-ip', '127.0.0.1'],
    ['sentinel', 'announce-port', `${sentinels[own]?.front}`],
    about('monitor', '127.0.0.1', primary.front, majority),
    about('down-after-milliseconds', downAfterMilliseconds),
    // A failover that fails is tried again after twice this time.
    about('failover-timeout', 3 * downAfterMilliseconds),
    ...credentialSettings(['auth-user', 'auth-pass'], access.sentinel).map(([name, value = '']) =>
      about(name, value),
    ),
    // With one password for all, a sentinel uses its own for the others.
    ...(users ? credentialSettings(['sentinel-user', 'sentinel-pass'], access.sentinel) : []).map(
      (setting): Setting => ['sentinel', ...setting],
    ),
    ...replicas.map(({ front }) => about('known-replica', '127.0.0.1', front)),
    ...sentinels.flatMap(({ front }, index) =>
      index === own ? [] : [about('known-sentinel', '127.0.0.1', front, ids[index] ?? '')],
    ),
  ];
}

/** `quorum` is "OK 3 usable Sentinels. ..." when there are three. */
function seesAll({ replicas, sentinels }: Layout, quorum: Reply, replicaList: Reply): boolean {
  const found = (Array.isArray(replicaList) ? replicaList : []).map(fieldsOf);
  const usable = found.filter(
    (fields) => fields.get('flags') === 'slave' && fields.get('master-link-status') === 'ok',
  );
  return usable.length === replicas.length && String(quorum).startsWith(`OK ${sentinels.length} usable`);
}
