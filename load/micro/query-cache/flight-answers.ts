import { join } from 'node:path';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { NestFactory } from '@nestjs/core';
import type { Cache } from 'cache-manager';
import { startEngine, startPostgres } from '../../../local/index.js';
import { Database } from '../../../src/database/index.js';
import { loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { FlightsRepository } from '../../../src/demo/flights/flights.repository.js';
import { parseEngineUrl } from '../../../src/engine/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { TextbookModule } from '../../../src/textbook/index.js';
import {
  type Costs,
  costsInTurn,
  figureOf,
  oneByOne,
  secondsOfWork,
  tableOfCosts,
  timeOf,
  type Work,
} from '../../measuring/costs.js';
import type { Figure, ServersScenario } from '../../scenario.js';
import { type CacheNode, openCacheNode } from './cache-node.js';

/** Kept, because loading takes half a minute. */
const DATA = join('.data', 'load', 'flights');
const LONGEST_LIST = 50;
const TEXTBOOK_HIT = 'textbook hit';

interface FlightQuery {
  readonly name: string;
  readonly load: (flights: FlightsRepository) => Promise<object | null>;
  readonly goals?: Readonly<Record<string, number>>;
}

const QUERIES: readonly FlightQuery[] = [
  {
    name: 'ranking of all airports',
    load: (flights) => flights.airportRanking({ limit: LONGEST_LIST }),
    goals: { 'local hit': 10_000, 'engine hit': 500 },
  },
  {
    name: 'top routes of one airport',
    load: (flights) => flights.topRoutes({ origin: 'JFK', limit: LONGEST_LIST }),
  },
  { name: 'one route', load: (flights) => flights.route({ origin: 'JFK', destination: 'LAX' }) },
  { name: 'one flight by primary key', load: (flights) => flights.flight({ id: 1_000_000 }) },
];

/** Four queries of the demo at the store: PostgreSQL, a hit of the textbook, a hit in the engine, a hit in this process. No HTTP. */
export const flightAnswers: ServersScenario = {
  name: 'flight-answers',
  question: 'How much faster is a cached answer without HTTP?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 2 + QUERIES.length * 4 * secondsOfWork(options),
  method:
    'Time of one call, one after the other, in one process: the SQL query (3,000,000 flights in memory, analyzed), get() of\n' +
    'the textbook (cache-manager with cache-manager-redis-yet), read() with the local tier off, read() of the local tier.',
  async measure(setting) {
    const postgres = await startPostgres({ directory: DATA });
    const server = await startEngine('valkey');
    const database = new Database({ url: postgres.url });
    const nodes = [
      await openCacheNode(server.url, { localTierBytes: 0 }),
      await openCacheNode(server.url),
    ] as const;
    const textbook = await openTextbook({ engineUrl: server.url, databaseUrl: postgres.url });
    try {
      setting.say('loading the flights, if they are not there');
      await loadFlightsDataset({ databaseUrl: postgres.url });
      const flights = new FlightsRepository(database);
      const measured = new Map<string, Costs>();
      const figures: Figure[] = [];
      for (const query of QUERIES) {
        setting.say(query.name);
        const costs = await costsInTurn(
          worksOf(query, flights, { nodes, textbook: textbook.get(CACHE_MANAGER) }),
          setting,
        );
        measured.set(query.name, costs);
        for (const hit of ['local hit', 'engine hit', TEXTBOOK_HIT] as const) {
          const figure = `${query.name}: database / ${hit}`;
          figures.push(figureOf(costs.ratio('database', hit), { figure, atLeast: query.goals?.[hit] }));
        }
      }
      const labels = { title: 'time of one answer', header: 'query', over: 'local hit' };
      return {
        servers: `${server.name} ${server.version}, postgres ${postgres.version}`,
        tables: [tableOfCosts(labels, measured)],
        figures,
      };
    } finally {
      await textbook.close();
      for (const node of nodes) await node.close();
      await database.onApplicationShutdown();
      await server.stop();
      await postgres.stop();
    }
  },
};

function worksOf(
  { name, load }: FlightQuery,
  flights: FlightsRepository,
  { nodes, textbook }: { nodes: readonly CacheNode[]; textbook: Cache },
): Work[] {
  const hits = nodes.map(({ cache }, i): Work => {
    const tier = i === 0 ? 'engine' : 'local';
    const query = cache.define({
      name: name.replaceAll(' ', '-'),
      ttlSeconds: 3_600,
      tags: () => ['flights'],
      load: () => load(flights),
    });
    return { name: `${tier} hit`, cost: timeOfHit(query, tier) };
  });
  return [
    { name: 'database', cost: timeOf(oneByOne(() => load(flights))) },
    { name: TEXTBOOK_HIT, cost: timeOfTextbookHit(textbook, name, () => load(flights)) },
    ...hits,
  ];
}

function timeOfTextbookHit(cache: Cache, key: string, load: () => Promise<object | null>): Work['cost'] {
  const time = timeOf(oneByOne(() => cache.get(key)));
  return async (times) => {
    // The first one stores the answer.
    await cache.wrap(key, load, 3_600_000);
    if (!(await cache.get(key))) throw new Error(`Expected a hit of the textbook for "${key}".`);
    return time(times);
  };
}

/** The cache of the textbook side as its module sets it up, without its routes. */
function openTextbook({ engineUrl, databaseUrl }: { engineUrl: string; databaseUrl: string }) {
  const engine = parseEngineUrl(engineUrl);
  return NestFactory.createApplicationContext(
    TextbookModule.forRoot({
      engines: { cache: engine, sessions: engine, leaderboard: engine },
      keyPrefix: 'bench:textbook',
      sessionSecrets: ['unused'],
      database: { url: databaseUrl },
    }),
    { logger: false, abortOnError: false },
  );
}

function timeOfHit(
  query: CachedQuery<Record<string, never>, object | null>,
  tier: 'engine' | 'local',
): Work['cost'] {
  const time = timeOf(oneByOne(() => query.read({})));
  return async (times) => {
    // The first one stores the answer.
    await query.read({});
    const { lookup } = await query.read({});
    if (lookup.outcome !== 'hit' || (tier === 'engine' && lookup.tier !== tier))
      throw new Error(`Expected a hit of the tier "${tier}", not ${lookup.outcome} of "${lookup.tier}".`);
    return time(times);
  };
}
