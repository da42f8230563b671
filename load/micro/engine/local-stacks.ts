import { startCluster, startEngine, startSentinel } from '../../../local/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { largest, median } from '../../measuring/statistics.js';

const STARTS = 5;
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
  seconds: () => 60,
  method:
    `Seconds until a stack of local/ serves and could fail over (3 sentinels, a primary, a replica; 3 shards with a replica each),\n` +
    `including new certificates. ${STARTS} starts of each, one after the other. Goals are for the median.`,
  async measure({ say }) {
    const rows: Row[] = [];
    for (const kind of KINDS) {
      for (const how of TOPOLOGIES) {
        say(`${kind} ${how.topology}`);
        rows.push(await timeStarts(kind, how));
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
    { figure, value: median(plain), atMost: how.goalSeconds, unit: 's' },
    { figure: `${figure}, TLS`, value: median(tls), atMost: how.goalSeconds + TLS_GOAL_SECONDS, unit: 's' },
  ];
}

async function timeStarts(kind: Kind, how: Topology): Promise<Row> {
  const plain: number[] = [];
  const tls: number[] = [];
  let server = '';
  for (let start = 0; start < STARTS; start++) {
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
