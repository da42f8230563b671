import { startCluster, startEngine } from '../../../local/index.js';
import { Costs, costsInTurn, figureOf, secondsOfWork, tableOfCosts } from '../../measuring/costs.js';
import type { LoadOptions } from '../../options.js';
import type { Figure, ServersScenario, Setting } from '../../scenario.js';
import { Getter } from './getter.js';

const SIDES = ['engine', 'best', 'default'] as const;
/** Two processes of the same program differ by a few percent, so each side has several, one after the other. */
const GROUPS = 3;
/** The compiler optimises during the first half million calls. */
const WARM_UP_SECONDS = 3;
const WAVES = [100, 1000];

/** The cost of the engine's deadline, breaker and counters, compared with the client alone. */
export const cpuPerGet: ServersScenario = {
  name: 'cpu-per-get',
  question: 'What do deadline, breaker and routing cost in addition to bare node-redis?',
  needs: 'servers',
  isLong: true,
  uses: ['rounds', 'seconds'],
  seconds(options) {
    const ofGroup =
      SIDES.length * secondsOfWork({ ...options, rounds: roundsOfGroup(options) }, WARM_UP_SECONDS);
    return 5 + 2 * WAVES.length * GROUPS * ofGroup;
  },
  method:
    `Client CPU (user + system) per GET of 100 bytes, in waves of GETs issued together. Each side has a process of its own; the rounds are divided\n` +
    `among ${GROUPS} processes. "best" is node-redis without its timeout per command, "default" is node-redis with its default options.`,
  async measure(setting) {
    const measured = new Map<string, Costs>();
    const servers = new Set<string>();
    for (const [topology, start] of Object.entries(TOPOLOGIES)) {
      const { url, server, stop } = await start();
      servers.add(server);
      try {
        for (const wave of WAVES) {
          measured.set(`${topology}, waves of ${wave}`, await compare(url, wave, setting));
        }
      } finally {
        await stop();
      }
    }
    return {
      servers: [...servers].join(', '),
      tables: [tableOfCosts({ title: 'client CPU per GET', header: 'topology', over: 'best' }, measured)],
      figures: [...measured].map(([what, costs]) => figure(what, costs)),
    };
  },
};

interface Target {
  readonly url: string;
  readonly server: string;
  readonly stop: () => Promise<void>;
}

const TOPOLOGIES: Readonly<Record<string, () => Promise<Target>>> = {
  standalone: async () => {
    const server = await startEngine('valkey');
    return { url: server.url, server: `${server.name} ${server.version}`, stop: () => server.stop() };
  },
  cluster: async () => {
    const stack = await startCluster('valkey');
    const { name, version } = stack.node('shard-1');
    return { url: stack.url, server: `${name} ${version}`, stop: () => stack.stop() };
  },
};

function figure(what: string, costs: Costs): Figure {
  const goal = { figure: `engine / best, ${what}`, atMost: 1.3 };
  return figureOf(costs.ratio('engine', 'best'), goal);
}

/**
 * Each side has its own process: as in an application, the compiler sees only one client, and its garbage does not slow down the other
 * side. No garbage collection is forced: that would shrink the young generation, and everything would cost half as much again.
 */
async function compare(url: string, wave: number, setting: Setting): Promise<Costs> {
  const parts: Costs[] = [];
  for (let group = 0; group < GROUPS; group++) parts.push(await compareGroup(url, wave, setting));
  return Costs.joined(parts);
}

async function compareGroup(url: string, wave: number, { options, say }: Setting): Promise<Costs> {
  const getters: Getter[] = [];
  try {
    for (const side of SIDES) getters.push(await Getter.start(side, url));
    const works = getters.map((getter, i) => ({
      name: SIDES[i] ?? '',
      cost: async (times: number) => {
        const gets = Math.ceil(times / wave) * wave;
        return ((await getter.send({ gets, wave })) * times) / gets;
      },
    }));
    const rounds = roundsOfGroup(options);
    return await costsInTurn(works, { options: { ...options, rounds }, say }, WARM_UP_SECONDS);
  } finally {
    await Promise.all(getters.map((getter) => getter.stop()));
  }
}

function roundsOfGroup({ rounds }: LoadOptions): number {
  return Math.ceil(rounds / GROUPS);
}
