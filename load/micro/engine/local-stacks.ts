import { startCluster, startEngine, startSentinel } from '../../../local/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { figureOf } from '../../measuring/costs.js';
import { middleOf } from '../../measuring/gain.js';
import { largest, median } from '../../measuring/statistics.js';

const KINDS = ['valkey', 'redis'] as const;
/** Goals in seconds, without TLS. */
const TOPOLOGIES = [
  { topology: 'standalone', start: startEngine, goalSeconds: 0.5 },
  { topology: 'sentinel', start: startSentinel, goalSeconds: 2 },
  { topology: 'cluster of six', start: startCluster, goalSeconds: 4 },
] as const;
const TLS_GOAL_SECONDS = 1;

/** How long the start of real servers takes. */
export const localStacks: ServersScenario = {
  name: 'local-stacks',
  question: 'How long does the start of real servers take?',
  needs: 'servers',
  uses: ['rounds'],
  seconds: ({ rounds }) => 12 * rounds,
  method:
    `Seconds until a stack of local/ serves and could fail over (3 sentinels, a primary, a replica; 3 shards with a replica each),\n` +
    `including new certificates. A round starts one of each, one after the other. Goals are for the median.`,
  async measure({ options, say }) {
    const rows: Row[] = [];
    for (const kind of KINDS) {
      for (const how of TOPOLOGIES) {
        say(`${kind} ${how.topology}`);
        rows.push(await timeStarts(kind, how, options.rounds));
      }
    }
    const servers = [...new Set(rows.map(({ server }) => server))].join(', ');
    return {
      servers,
      tables: [{ title: 'starts', rows: [HEADER, ...rows.map(cellsOf)] }],
      figures: rows.flatMap(figuresOf),
    };
  },
};

type Kind = (typeof KINDS)[number];
type Topology = (typeof TOPOLOGIES)[number];

interface Row {
  readonly kind: Kind;
  readonly how: Topology;
  readonly server: string;
  /** Seconds of each start. */
  readonly plain: readonly number[];
  readonly tls: readonly number[];
}

const HEADER = ['engine', 'topology', 'plain s', 'max s', '+ TLS s', 'max s'];

function cellsOf({ kind, how, plain, tls }: Row): string[] {
  const figures = [median(plain), largest(plain), median(tls), largest(tls)];
  return [kind, how.topology, ...figures.map((seconds) => seconds.toFixed(2))];
}

function figuresOf({ kind, how, plain, tls }: Row): Figure[] {
  const figure = `${kind} ${how.topology}`;
  return [
    figureOf(middleOf(plain), { figure, atMost: how.goalSeconds, unit: 's' }),
    figureOf(middleOf(tls), {
      figure: `${figure}, TLS`,
      atMost: how.goalSeconds + TLS_GOAL_SECONDS,
      unit: 's',
    }),
  ];
}

async function timeStarts(kind: Kind, how: Topology, rounds: number): Promise<Row> {
  const plain: number[] = [];
  const tls: number[] = [];
  let server = '';
  for (let round = 0; round < rounds; round++) {
    server = await timeStart(() => how.start(kind), plain);
    await timeStart(() => how.start(kind, { tls: true }), tls);
  }
  return { kind, how, server, plain, tls };
}

type Stack = Awaited<ReturnType<Topology['start']>>;

/** Adds the duration to `seconds`. Resolves with name and version of the server. */
async function timeStart(start: () => Promise<Stack>, seconds: number[]): Promise<string> {
  const began = performance.now();
  const stack = await start();
  seconds.push((performance.now() - began) / 1000);
  const { name, version } = 'nodes' in stack ? [...stack.nodes.values()][0]! : stack;
  await stack.stop();
  return `${name} ${version}`;
}
