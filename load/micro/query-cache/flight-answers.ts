import { join } from 'node:path';
import { startEngine, startPostgres } from '../../../local/index.js';
import { Database } from '../../../src/database/index.js';
import { loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { FlightsRepository } from '../../../src/demo/flights/flights.repository.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { inTurn } from '../../measuring/in-turn.js';
import { gainOf } from '../../measuring/gain.js';
import { formatCount, formatGain } from '../../measuring/format.js';
import { timePerCall } from '../../measuring/time-per-call.js';
import { median } from '../../measuring/statistics.js';
import type { Figure, ServersScenario } from '../../scenario.js';
import { type CacheNode, openCacheNode } from './cache-node.js';

/** Kept, because loading takes half a minute. */
const DATA = join('.data', 'load', 'flights');
const ROUNDS = { rounds: 8, warmUps: 2 };
const CALLS = { engine: 1_000, local: 100_000 };
const LONGEST_LIST = 50;

interface FlightQuery {
  readonly name: string;
  /** Calls of the database in one round. */
  readonly calls: number;
  readonly load: (flights: FlightsRepository) => Promise<object | null>;
  readonly goals?: { readonly local: number; readonly engine: number };
}

const QUERIES: readonly FlightQuery[] = [
  {
    name: 'ranking of all airports',
    calls: 1,
    load: (flights) => flights.airportRanking({ limit: LONGEST_LIST }),
    goals: { local: 10_000, engine: 500 },
  },
  {
    name: 'top routes of one airport',
    calls: 3,
    load: (flights) => flights.topRoutes({ origin: 'JFK', limit: LONGEST_LIST }),
  },
  { name: 'one route', calls: 20, load: (flights) => flights.route({ origin: 'JFK', destination: 'LAX' }) },
  { name: 'one flight by primary key', calls: 300, load: (flights) => flights.flight({ id: 1_000_000 }) },
];

/** Four queries of the demo at the store: PostgreSQL, a hit in the engine, a hit in this process. No HTTP. */
export const flightAnswers: ServersScenario = {
  name: 'flight-answers',
  question: 'How much faster is a cached answer without HTTP?',
  needs: 'servers',
  seconds: () => 35,
  method:
    `Time of one call, one by one, in one process: the SQL query (3,000,000 flights in memory, analyzed), read() with the local tier off, read() of the\n` +
    `local tier; ${ROUNDS.rounds} rounds of each in turn; medians, and medians of the ratios of one turn.`,
  async measure({ say }) {
    const postgres = await startPostgres({ directory: DATA });
    const server = await startEngine('valkey');
    const database = new Database({ url: postgres.url });
    const nodes = [
      await openCacheNode(server.url, { localTierBytes: 0 }),
      await openCacheNode(server.url),
    ] as const;
    try {
      say('loading the flights, if they are not there');
      await loadFlightsDataset({ databaseUrl: postgres.url });
      const flights = new FlightsRepository(database);
      const table = [
        [
          'query',
          'database, µs',
          'engine hit, µs',
          'local hit, µs',
          'database / engine hit',
          'database / local hit',
        ],
      ];
      const figures: Figure[] = [];
      for (const query of QUERIES) {
        say(query.name);
        const { times, overEngine, overLocal } = await compare(query, flights, nodes);
        table.push([query.name, ...times.map(formatCount), formatGain(overEngine), formatGain(overLocal)]);
        if (!query.goals) continue;
        figures.push(
          {
            figure: `${query.name}: database / local hit`,
            value: overLocal.median,
            atLeast: query.goals.local,
          },
          {
            figure: `${query.name}: database / engine hit`,
            value: overEngine.median,
            atLeast: query.goals.engine,
          },
        );
      }
      return {
        servers: `${server.name} ${server.version}, postgres ${postgres.version}`,
        tables: [{ title: 'time of one answer', rows: table }],
        figures,
      };
    } finally {
      for (const node of nodes) await node.close();
      await database.onApplicationShutdown();
      await server.stop();
      await postgres.stop();
    }
  },
};

async function compare(
  { name, calls, load }: FlightQuery,
  flights: FlightsRepository,
  nodes: readonly CacheNode[],
) {
  const [engine, local] = nodes.map(({ cache }) =>
    cache.define({
      name: name.replaceAll(' ', '-'),
      ttlSeconds: 3_600,
      tags: () => ['flights'],
      load: () => load(flights),
    }),
  );
  if (!engine || !local) throw new Error('There are two nodes.');
  await engine.read({});
  const sides = [
    () => timePerCall(() => load(flights), calls),
    () => timePerHit(engine, { tier: 'engine', calls: CALLS.engine }),
    () => timePerHit(local, { tier: 'local', calls: CALLS.local }),
  ];
  const times = await inTurn(sides, ROUNDS);
  const over = (side: number) =>
    gainOf((times[0] ?? []).map((time, round) => time / (times[side]?.[round] ?? NaN)));
  return { times: times.map(median), overEngine: over(1), overLocal: over(2) };
}

type Answers = CachedQuery<Record<string, never>, object | null>;

async function timePerHit(
  query: Answers,
  { tier, calls }: { tier: 'engine' | 'local'; calls: number },
): Promise<number> {
  const { lookup } = await query.read({});
  if (lookup.outcome !== 'hit' || (tier === 'engine' && lookup.tier !== tier))
    throw new Error(`Expected a hit of the tier "${tier}", not ${lookup.outcome} of "${lookup.tier}".`);
  return timePerCall(() => query.read({}), calls);
}
