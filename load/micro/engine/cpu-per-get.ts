import { startCluster, startEngine } from '../../../local/index.js';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import type { Side } from './getter.process.js';
import { Getter } from './getter.js';
import { median, quantile } from '../../measuring/statistics.js';

const GETS_PER_ROUND = 100_000;
/** Two processes of the same program differ by a few percent, so there are several pairs. */
const PAIRS = 3;
const ROUNDS = 8;
/** The compiler optimises during the first half million calls. */
const WARM_UPS = 8;
const WAVES = [100, 1000];
/** Other load only adds time: the fastest rounds had the least of it. */
const FASTEST = 0.1;

/** The cost of the engine's deadline, breaker and counters, compared with the client alone. */
export const cpuPerGet: ServersScenario = {
  name: 'cpu-per-get',
  question: 'What do deadline, breaker and routing cost in addition to bare node-redis?',
  needs: 'servers',
  isLong: true,
  seconds: () => 300,
  method:
    `Client CPU (user + system) per GET of 100 bytes: ${PAIRS * ROUNDS} rounds of ${GETS_PER_ROUND.toLocaleString('en-US')} on each side in turn, one process per side, in waves of\n` +
    'GETs issued together. Medians of the rounds. The ratio is engine / best of the same turn, with its quartiles, and of the\n' +
    'fastest tenths. "best" is node-redis without its timeout per command, "default" is node-redis with its default options.',
  async measure({ say }) {
    const comparisons: Comparison[] = [];
    const servers = new Set<string>();
    for (const [topology, start] of Object.entries(TOPOLOGIES)) {
      const { url, server, stop } = await start();
      servers.add(server);
      try {
        for (const wave of WAVES) {
          say(`${topology}, waves of ${wave}`);
          comparisons.push({ topology, wave, ...(await compare(url, wave)) });
        }
      } finally {
        await stop();
      }
    }
    return {
      servers: [...servers].join(', '),
      tables: [{ title: 'client CPU per GET', rows: [HEADER, ...comparisons.map(rowOf)] }],
      figures: comparisons.map(figureOf),
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

interface Comparison {
  readonly topology: string;
  readonly wave: number;
  /** Microseconds per GET, of each round. */
  readonly spent: Readonly<Record<Side, readonly number[]>>;
  /** Engine / best, of each round. */
  readonly ratios: readonly number[];
}

const HEADER = [
  'topology',
  'wave',
  'engine µs',
  'best µs',
  'default µs',
  'engine / best',
  'quartiles',
  'of the fastest',
];

function rowOf({ topology, wave, spent, ratios }: Comparison): string[] {
  const perGet = [spent.engine, spent.best, spent.usual].map((rounds) => median(rounds).toFixed(2));
  const quartiles = [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(3));
  const fastest = quantile(spent.engine, FASTEST) / quantile(spent.best, FASTEST);
  const comparison = [median(ratios).toFixed(3), quartiles.join(' - '), fastest.toFixed(3)];
  return [topology, String(wave), ...perGet, ...comparison];
}

function figureOf({ topology, wave, ratios }: Comparison): Figure {
  return { figure: `engine / best, ${topology}, waves of ${wave}`, value: median(ratios), atMost: 1.3 };
}

/**
 * Each side has its own process: as in an application, the compiler sees only one client, and its garbage does not slow down the other
 * side. No garbage collection is forced: that would shrink the young generation, and everything would cost half as much again.
 */
async function compare(url: string, wave: number): Promise<Pick<Comparison, 'spent' | 'ratios'>> {
  const engine: number[] = [];
  const best: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const counts = { rounds: ROUNDS, warmUps: WARM_UPS };
    const [one = [], other = []] = await measureInTurn(['engine', 'best'], { url, wave }, counts);
    engine.push(...one);
    best.push(...other);
  }
  const [usual = []] = await measureInTurn(['usual'], { url, wave }, { rounds: 3, warmUps: 3 });
  const ratios = engine.map((spent, round) => spent / (best[round] ?? Number.NaN));
  return { spent: { engine, best, usual }, ratios };
}

/** Microseconds per GET, of each round of each side. */
async function measureInTurn(
  sides: readonly Side[],
  { url, wave }: { readonly url: string; readonly wave: number },
  counts: { readonly rounds: number; readonly warmUps: number },
): Promise<number[][]> {
  const getters: Getter[] = [];
  try {
    for (const side of sides) getters.push(await Getter.start(side, url));
    const perGet = async (getter: Getter) =>
      (await getter.send({ gets: GETS_PER_ROUND, wave })) / GETS_PER_ROUND;
    return await inTurn(
      getters.map((getter) => () => perGet(getter)),
      counts,
    );
  } finally {
    await Promise.all(getters.map((getter) => getter.stop()));
  }
}
