import { signIn } from '../app/sign-in.js';
import { compareInTurn, describeRate, secondsOfSide, sideOf, textbookPath } from '../comparison.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { formatCount, perThousand } from '../measuring/format.js';
import { seededRandom } from '../measuring/seeded-random.js';
import type { Side, SideFigures } from '../measuring/sides.js';
import { zipf } from '../measuring/zipf.js';
import type { LoadOptions } from '../options.js';
import type { Comparison, Scenario, Scene } from '../scenario.js';
import { countFlights, drawRoutes, type Route, routePath } from './flight-queries.js';

const NO_STORE = { 'cache-control': 'no-store' };
const JSON_BODY = { 'content-type': 'application/json' };
/** Percent of the requests that write. */
const writesOf = ({ quick }: LoadOptions) => (quick ? [5] : [0, 5, 20]);
const SEQUENCE = 400;
const SEED = 7;

/** Reads and writes of the same routes, the popular ones more often: hits, misses and invalidations as an application has them. */
export const queryCacheMixes: Scenario = {
  name: 'query-cache-mixes',
  question: 'And if the data change while they are read?',
  seconds: (options) => 5 + writesOf(options).length * 3 * secondsOfSide(options),
  async measure(scene) {
    const routes = await drawRoutes(scene.app, await countFlights(scene.app));
    const known = await KnownCounts.read(scene, routes);
    const cookie = await signIn(scene.app);
    const comparisons: Comparison[] = [];
    for (const writes of writesOf(scene.options))
      comparisons.push(await compare(scene, { writes, routes, known, cookie }));
    return {
      headline: headlineOf(comparisons.find(({ title }) => title === titleOf(5))),
      answers: comparisons.map(answerOf),
      comparisons,
      figures: comparisons.flatMap(({ title, sides: [module] }) => [
        {
          figure: `${title}: old answers of the module`,
          value: module?.counts['oldAnswers'] ?? NaN,
          atMost: 0,
        },
      ]),
      caveats: [
        'An answer is old if it lacks a write that was acknowledged before the answer was requested.',
        `The delays of ${routes.length} routes, drawn by Zipf's law. The flights that are written stay in the database.`,
      ],
    };
  },
};

interface Mix {
  writes: number;
  routes: readonly Route[];
  known: KnownCounts;
  cookie: string;
}

/** How many flights each route has, with every acknowledged write. */
class KnownCounts {
  private constructor(private readonly counts: Map<Route, number>) {}

  static async read({ app }: Scene, routes: readonly Route[]): Promise<KnownCounts> {
    const counts = new Map<Route, number>();
    for (const route of routes) {
      const { flights } = await app.get<{ flights: number }>(routePath(route), NO_STORE);
      counts.set(route, flights);
    }
    return new KnownCounts(counts);
  }

  of(route: Route): number {
    return this.counts.get(route) ?? 0;
  }

  written(route: Route): void {
    this.counts.set(route, this.of(route) + 1);
  }
}

function compare(scene: Scene, mix: Mix): Promise<Comparison> {
  return compareInTurn(scene, titleOf(mix.writes), [
    mixedSide(scene, mix, 'module', (path) => path),
    mixedSide(scene, mix, 'textbook', textbookPath),
    mixedSide(scene, mix, 'direct', (path) => path, NO_STORE),
  ]);
}

function mixedSide(
  scene: Scene,
  { writes, routes, known, cookie }: Mix,
  name: string,
  pathOf: (path: string) => string,
  headers: Record<string, string> = {},
): Side {
  const { app } = scene;
  let oldAnswers = 0;
  const draw = zipf(routes.length, seededRandom(SEED));
  const requests = Array.from({ length: SEQUENCE }, (_, i): LoadRequest => {
    const route = routes[draw()] as Route;
    if ((i * writes) % 100 < writes) return writeOf(route, { ...app.headers, cookie }, known);
    return {
      path: pathOf(routePath(route)),
      headers: { ...app.headers, ...headers },
      onSend: () => known.of(route),
      onAnswer: (body, atLeast) => {
        if ((JSON.parse(body) as { flights: number }).flights < (atLeast as number)) oldAnswers++;
      },
    };
  });
  return sideOf(scene, name, requests, async () => ({
    ...(await app.databaseUse('flights')),
    oldAnswers,
  }));
}

function writeOf(route: Route, headers: Record<string, string>, known: KnownCounts): LoadRequest {
  const flight = { ...route, date: '2001-06-30T12:00:00', delay: 0, distance: 500 };
  return {
    method: 'POST',
    path: '/api/flights',
    headers: { ...headers, ...JSON_BODY },
    body: JSON.stringify(flight),
    onAnswer: () => known.written(route),
  };
}

function titleOf(writes: number): string {
  return `${100 - writes}% reads, ${writes}% writes`;
}

function headlineOf(comparison: Comparison | undefined): string {
  const [module, textbook, direct] = comparison?.sides ?? [];
  if (!comparison || !module || !textbook || !direct) throw new Error('A side was not measured.');
  const queries = [module, direct].map((side) => perThousand(side, 'databaseQueries'));
  return `${comparison.title}: ${oldAnswers(module)} old answers, the textbook ${oldAnswers(textbook)} of ${formatCount(textbook.requests)}; ${queries.join(' instead of ')} database queries per 1,000 requests.`;
}

function answerOf({ title, sides, gains }: Comparison): string {
  const [module, textbook] = sides;
  const gain = gains['direct']?.requestsPerSecond;
  if (!module || !textbook || !gain) throw new Error('A side was not measured.');
  return `${title}: ${describeRate(gain, 'without a cache')}, ${oldAnswers(module)} old answers. The textbook: ${oldAnswers(textbook)} old answers of ${formatCount(textbook.requests)}.`;
}

function oldAnswers({ counts }: SideFigures): string {
  return formatCount(counts['oldAnswers'] ?? NaN);
}
