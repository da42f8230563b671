import type { AppClient } from './app-client.js';
import type { FlightQuery } from './flight-queries.js';
import type { LoadOptions } from '../options.js';
import { sendRound } from './send-round.js';
import { Series, type Figures } from '../measuring/series.js';

export interface Comparison {
  title: string;
  route: string;
  keys: number;
  uncached: Figures;
  cached: Figures;
  /** Cached divided by uncached. */
  ratio: { requestsPerSecond: number; p50: number; p99: number };
}

export interface LoadRun {
  app: AppClient;
  options: LoadOptions;
  signal: AbortSignal;
  say: (progress: string) => void;
}

const noStore = { 'cache-control': 'no-store' };
const reload = { 'cache-control': 'no-cache' };

/** Rounds of the floor are shorter: a constant response needs fewer samples. */
const floorShare = 1 / 4;

/**
 * Measures each query uncached and cached in alternating rounds, so that other load on the machine affects both sides.
 * Rounds of the floor alternate with them: a constant response, the cost of HTTP itself, which no cache can reduce.
 */
export async function compareAll(run: LoadRun, queries: FlightQuery[]) {
  const floor = new Side(run, ['/health/live'], {}, floorShare);
  await floor.findPace();
  const comparisons: Comparison[] = [];
  for (const query of queries) comparisons.push(await compare(run, query, floor));
  return { comparisons, floor: floor.series.figures };
}

async function compare(run: LoadRun, query: FlightQuery, floor: Side): Promise<Comparison> {
  const { title, route, paths } = query;
  const keys = new Set(paths);
  const name = await nameInStats(run.app, query);
  run.say(`${title}: warming up ${keys.size} key(s)`);
  // `no-cache` instead of a plain request: an entry of an earlier run would expire during the rounds.
  for (const path of keys) await run.app.get(path, reload);

  const uncached = new Side(run, paths, noStore);
  const cached = new Side(run, paths, {});
  await uncached.findPace();
  await cached.findPace();
  for (let round = 1; round <= run.options.rounds; round++) {
    run.say(`${title}: round ${round} of ${run.options.rounds}`);
    for (const side of [uncached, cached]) {
      const before = await run.app.databaseQueries();
      await side.measure();
      const after = await run.app.databaseQueries();
      side.series.databaseQueries += (after[name] ?? 0) - (before[name] ?? 0);
    }
    await floor.measure();
  }

  const figures = { uncached: uncached.series.figures, cached: cached.series.figures };
  return { title, route, keys: keys.size, ...figures, ratio: ratioOf(figures) };
}

export function ratioOf({ uncached, cached }: { uncached: Figures; cached: Figures }): Comparison['ratio'] {
  return {
    requestsPerSecond: cached.requestsPerSecond / uncached.requestsPerSecond,
    p50: cached.p50Ms / uncached.p50Ms,
    p99: cached.p99Ms / uncached.p99Ms,
  };
}

/** One query, either cached or uncached. */
class Side {
  readonly series = new Series();
  private requestsPerSecond = 0;

  constructor(
    private readonly run: LoadRun,
    private readonly paths: string[],
    private readonly headers: Record<string, string>,
    private readonly shareOfRound = 1,
  ) {}

  /** Doubles the number of requests until they take long enough to estimate a round. Also warms up the app's code. */
  async findPace(): Promise<void> {
    const { connections } = this.run.options;
    for (let requests = connections; ; requests *= 4) {
      const trial = new Series();
      await this.send(requests, trial);
      this.requestsPerSecond = trial.requestsPerSecond;
      if (requests >= trial.requestsPerSecond * 0.5) return;
    }
  }

  async measure(): Promise<void> {
    const { seconds, connections } = this.run.options;
    const requests = Math.max(connections, Math.round(this.requestsPerSecond * seconds * this.shareOfRound));
    await this.send(requests, this.series);
    this.requestsPerSecond = this.series.requestsPerSecond;
  }

  private send(requests: number, series: Series): Promise<void> {
    const { app, options, signal } = this.run;
    const round = {
      url: app.url,
      headers: { ...app.headers, ...this.headers },
      paths: this.paths,
      connections: options.connections,
      requests,
      limitSeconds: 3 * options.seconds + 30,
      signal,
    };
    return sendRound(round, series);
  }
}

/** Finds the query's name by one request with `no-store`: its load count must rise. This also proves that the app honours `no-store`. */
async function nameInStats(app: AppClient, { paths: [path = '/'], title }: FlightQuery): Promise<string> {
  const before = await app.databaseQueries();
  await app.get(path, noStore);
  const after = await app.databaseQueries();
  const moved = Object.keys(after).filter((name) => after[name] !== before[name]);
  const [name] = moved;
  if (name === undefined) {
    throw new Error(
      `${title}: "Cache-Control: no-store" did not reach the database. Start the app with DEMO=true, or set OPERATOR_KEY to its key.`,
    );
  }
  if (moved.length > 1)
    throw new Error(
      `Another client queries this app (${moved.join(', ')}), so the figures would be wrong. Stop it and start again.`,
    );
  return name;
}
