import { type LocalEngine, startEngine } from '../../local/index.js';
import { largest } from '../measuring/statistics.js';
import type { LoadOptions } from '../options.js';
import type { Figure, ServersScenario, Setting, Table } from '../scenario.js';
import { buildSides } from './build.js';
import { figuresOf, rateFigure, SIZES } from './goals.js';
import { CONNECTIONS, measureHits } from './hits.js';
import { COLD_QUERY_MS, COLD_REQUESTS, countLoads, countOldAnswers, NODES } from './nodes.js';
import { measureOutage, type Outage, OUTAGE_REQUESTS } from './outage.js';
import { type SideNode, withNodes } from './side-node.js';
import { FAST_LANE, isInstalled, MISSING_PACKAGES, MODULE, type Side, SIDES } from './sides.js';
import { describeNodes, describeRate, headlineOf } from './sentences.js';
import { hitsTable, type NodesFound, nodesTable } from './tables.js';

const CAVEATS = [
  'Client, server and engine share the cores of this machine: requests/s compare the sides of one run. The client costs a few microseconds a request.',
  'Each side is its own process with the same route on Valkey, at its best documented settings (load/README.md).',
  'Where other load delays a node by more than 75 ms, the query cache no longer waits for the engine, and that node queries the database itself.',
  'CacheInterceptor and the limits send no Cache-Status, Age and Server-Timing; module and fast lane do.',
];

/** The same route on other cache libraries. */
export const peers: ServersScenario = {
  name: 'peers',
  question: 'What does a hit cost with other cache libraries, and what do they do on several nodes?',
  uses: ['rounds'],
  needs: 'servers',
  isLong: true,
  method:
    `Server CPU (user + system) per hit and requests per second, all sides in turn, ${CONNECTIONS} connections, the client is another process; medians with quartiles, ratios of one turn with their interval.\n` +
    `Then ${NODES} nodes each: ${COLD_REQUESTS} concurrent requests for an answer that nobody has, a query takes ${COLD_QUERY_MS} ms; an invalidation on one node while the others are read; ${OUTAGE_REQUESTS} requests while the engine is stopped (SIGSTOP).`,
  seconds: (options) => (options.quick ? 35 : 50 + 10 * options.rounds),
  async measure(setting) {
    const sides = SIDES.filter(isInstalled);
    setting.say('compiling the sides');
    await buildSides();
    const engine = await startEngine('valkey');
    try {
      return { ...(await measureOn(engine, sides, setting)), servers: `${engine.name} ${engine.version}` };
    } finally {
      await engine.stop();
    }
  },
};

async function measureOn(engine: LocalEngine, sides: readonly Side[], setting: Setting) {
  const tables: Table[] = [];
  const figures: Figure[] = [];
  const answers: string[] = [];
  let headline = '';
  await withNodes(sides, engine.url, async (nodes) => {
    for (const size of SIZES) {
      const hits = await measureHits(nodes, { bytes: size.bytes, id: 'hit' }, hitOptions(size, setting));
      tables.push(hitsTable(size.name, hits));
      figures.push(...figuresOf(size, hits), ...rateFigure(size, hits));
      if (size !== SIZES[0]) continue;
      answers.push(...describeRate(size.name, hits));
      headline = headlineOf(hits);
    }
    const found = await measureNodes(engine, nodes, setting);
    setting.say('the engine is paused');
    const outages = await measureOutage(engine, ofCaches(nodes));
    tables.push(nodesTable(found, outages));
    figures.push(...ownFigures(found, outages));
    answers.push(...describeNodes(found, outages));
  });
  const missing = sides.length < SIDES.length ? [MISSING_PACKAGES] : [];
  return { headline, answers: [...answers, ...missing], figures, tables, caveats: CAVEATS };
}

function hitOptions({ name, requests }: (typeof SIZES)[number], { options, say }: Setting) {
  return {
    requests: options.quick ? requests / 4 : requests,
    rounds: options.rounds,
    warmUps: options.quick ? 2 : 3,
    onRound: (round: number) => say(`hits of ${name}: round ${round} of ${options.rounds}`),
  };
}

function ofCaches(nodes: readonly SideNode[]): SideNode[] {
  return nodes.filter(({ side }) => side.kind !== 'limit');
}

async function measureNodes(
  engine: LocalEngine,
  firstNodes: readonly SideNode[],
  { options, say }: Setting,
): Promise<NodesFound[]> {
  const found: NodesFound[] = [];
  for (const first of ofCaches(firstNodes)) {
    const { side } = first;
    say(`${side.name}: ${NODES} nodes`);
    const others = Array.from({ length: NODES - 1 }, () => side);
    const one = await withNodes(others, engine.url, async (started) => {
      const nodes = [first, ...started];
      const loads = await countLoads(nodes, options.quick ? 3 : 5);
      return { side, loads, staleness: await countOldAnswers(nodes, staleOptions(options)) };
    });
    found.push(one);
  }
  return found;
}

function staleOptions({ quick }: LoadOptions) {
  return quick ? { invalidations: 5, limitMs: 500 } : { invalidations: 20, limitMs: 2_000 };
}

function ownFigures(found: readonly NodesFound[], outages: ReadonlyMap<Side, Outage>): Figure[] {
  return found
    .filter(({ side }) => side === MODULE || side === FAST_LANE)
    .flatMap(({ side, loads }) => [
      {
        figure: `most loads for ${COLD_REQUESTS} cold requests on ${NODES} nodes, ${side.name}`,
        value: largest(loads),
        atMost: 1,
      },
      {
        figure: `requests of ${OUTAGE_REQUESTS} that hang or fail while the engine is paused, ${side.name}`,
        value: (outages.get(side)?.hung ?? NaN) + (outages.get(side)?.failed ?? NaN),
        atMost: 0,
      },
    ]);
}
