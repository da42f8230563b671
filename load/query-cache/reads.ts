import { compareInTurn, describeRate, secondsOfSide, sideOf, textbookPath } from '../comparison.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { formatMs, formatTimes, perThousand } from '../measuring/format.js';
import type { Side } from '../measuring/sides.js';
import type { LoadOptions } from '../options.js';
import type { Comparison, Scenario, Scene } from '../scenario.js';
import { countFlights, drawFlightQueries, type FlightQuery } from './flight-queries.js';
import {
  databaseTimeFigure,
  describeWorth,
  hitRatioFigure,
  type Worth,
  WORTH_CAVEAT,
  worthOf,
} from './worth.js';

const RELOAD = { 'cache-control': 'no-cache' };
const NO_STORE = { 'cache-control': 'no-store' };
const QUERIES = 4;
/** The last two, cheap enough for a break-even that matters: of slow queries hardly any hit is needed. */
const CHEAP_QUERIES = 2;

/** Limits of what is measured on hits. */
export const CAVEATS_OF_HITS = [
  'Hits of one route and of one flight are answered on the fast lane, before Express.',
  'Client, app, engine and database share the cores of this machine: compare the sides with each other.',
];

/** Four queries, each answered by the database, by the textbook's cache and by the query cache, as hits and as misses. */
export const queryCacheReads: Scenario = {
  name: 'query-cache',
  question: 'How much faster is a cached answer?',
  seconds: (options) => 10 + (3 * QUERIES + missesOf(options)) * secondsOfSide(options),
  async measure(scene) {
    const rows = await countFlights(scene.app);
    const queries = await drawFlightQueries(scene.app, rows, scene.options.quick ? 5 : 20);
    const comparisons: Comparison[] = [];
    for (const [i, query] of queries.entries()) {
      const hasMisses = i >= QUERIES - missesOf(scene.options);
      comparisons.push(await compare(scene, query, hasMisses));
    }
    const worths = comparisons.slice(-missesOf(scene.options)).map(worthOf);
    const cheapest = worths.at(-1) as Worth;
    return {
      headline: headlineOf(comparisons),
      answers: [...comparisons.map(answerOf), describeWorth(cheapest)],
      comparisons,
      figures: [...worths.map(hitRatioFigure), databaseTimeFigure(cheapest)],
      caveats: [
        WORTH_CAVEAT,
        'All keys are loaded before the rounds. The side "miss" loads and stores at each request (Cache-Control: no-cache). Invalidations are in the scenario query-cache-mixes.',
        ...CAVEATS_OF_HITS,
      ],
    };
  },
};

/** How many queries, from the last one on, are also measured as misses. */
function missesOf({ quick }: LoadOptions): number {
  return quick ? CHEAP_QUERIES : QUERIES;
}

async function compare(scene: Scene, { title, paths }: FlightQuery, hasMisses: boolean): Promise<Comparison> {
  const { app } = scene;
  scene.say(`${title}: warming up`);
  // `no-cache` instead of a plain request: an entry of an earlier run would expire during the rounds.
  for (const path of new Set(paths)) {
    await app.get(path, RELOAD);
    await app.get(textbookPath(path));
  }
  const sides = [
    readingSide(scene, 'module', paths),
    readingSide(scene, 'textbook', paths.map(textbookPath)),
    ...(hasMisses ? [readingSide(scene, 'miss', paths, RELOAD)] : []),
    readingSide(scene, 'direct', paths, NO_STORE),
  ];
  await checkNoStore(scene, paths[0] ?? '/');
  return compareInTurn(scene, title, sides);
}

function readingSide(
  scene: Scene,
  name: string,
  paths: readonly string[],
  headers: Record<string, string> = {},
): Side {
  const requests = paths.map((path): LoadRequest => ({
    path,
    headers: { ...scene.app.headers, ...headers },
  }));
  return sideOf(scene, name, requests, () => scene.app.databaseUse('flights'));
}

/** Otherwise both sides would be answered by the cache. */
async function checkNoStore({ app }: Scene, path: string): Promise<void> {
  const queries = async () => (await app.databaseUse('flights')).databaseQueries;
  const before = await queries();
  await app.get(path, NO_STORE);
  if ((await queries()) > before) return;
  throw new Error(
    '"Cache-Control: no-store" did not reach the database. Start the app with DEMO=true, or set OPERATOR_KEY to its key.',
  );
}

/** The query that gains most. */
function headlineOf(comparisons: readonly Comparison[]): string {
  const rateOf = ({ gains }: Comparison) => gains['direct']?.requestsPerSecond.median ?? 0;
  const [best] = comparisons.toSorted((one, other) => rateOf(other) - rateOf(one));
  return best
    ? `${best.title}: ${formatTimes(rateOf(best))} as many answers per second, ${queriesOf(best)}.`
    : '';
}

function answerOf({ title, sides, gains }: Comparison): string {
  const [module, direct] = [sides[0], sides.at(-1)];
  const gain = gains['direct']?.requestsPerSecond;
  if (!module || !direct || !gain) throw new Error('A side was not measured.');
  const rate = describeRate(gain, 'without a cache');
  const queries = queriesOf({ sides });
  if (gain.verdict === 'no difference') return `${title}: ${rate}. ${queries}.`;
  const latency = `half of the answers within ${formatMs(module.p50Ms)} ms instead of ${formatMs(direct.p50Ms)} ms`;
  return `${title}: ${rate}, ${latency}, ${queries}.`;
}

function queriesOf({ sides }: Pick<Comparison, 'sides'>): string {
  const [module = '-', direct = '-'] = [sides[0], sides.at(-1)].map(
    (side) => side && perThousand(side, 'databaseQueries'),
  );
  return `${module} database queries per 1,000 requests instead of ${direct}`;
}
