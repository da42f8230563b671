import { Injectable } from '@nestjs/common';
import { startEngine } from '../../../local/index.js';
import { CachedQuery } from '../../../src/query-cache/index.js';
import { Query } from '../../../src/query-cache/query/query.js';
import {
  type Costs,
  costsInTurn,
  cpuOf,
  figureOf,
  oneByOne,
  secondsOfWork,
  tableOfCosts,
  timeOf,
} from '../../measuring/costs.js';
import type { Figure, ServersScenario } from '../../scenario.js';
import { openEngine, until } from '../engine/open-engine.js';
import { answerOf, openCacheNode, routes } from './cache-node.js';

const SIZES = { '2 KB': 2_000, '100 KB': 100_000 } as const;
const ARGS = { origin: 'JFK', limit: 20 };

@Injectable()
class DecoratedRoutes {
  @CachedQuery({ ttlSeconds: 3_600, tags: (origin: string) => [`airport:${origin}`] })
  async routes(_origin: string, bytes: number): Promise<object> {
    return answerOf(bytes);
  }
}

/** The cost of a local hit. */
export const localHit: ServersScenario = {
  name: 'local-hit',
  question: 'What does a hit in the local tier cost?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 1 + 6 * secondsOfWork(options),
  method:
    'CPU (user + system) of read() answered by the local tier, one after the other: checks and hashes the arguments, checks coherence and age, counts,\n' +
    'returns the bytes. "with the value" parses them, once a hit. "decorated": the same by a method with @CachedQuery().',
  async measure(setting) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { providers: [DecoratedRoutes] });
    const decorated = node.get(DecoratedRoutes);
    const measured = new Map<string, Costs>();
    const figures: Figure[] = [];
    try {
      for (const [size, bytes] of Object.entries(SIZES)) {
        const query = node.cache.define(routes(`local-${bytes}`, answerOf(bytes)));
        await until('it is in the local tier', async () => (await query.read(ARGS)).lookup.tier === 'local');
        const works = [
          { name: 'bytes', cost: cpuOf(oneByOne(() => query.read(ARGS))) },
          { name: 'with the value', cost: cpuOf(oneByOne(() => query.get(ARGS))) },
          { name: 'decorated', cost: cpuOf(oneByOne(() => decorated.routes(ARGS.origin, bytes))) },
        ];
        const costs = await costsInTurn(works, setting);
        if (query.counters.read().loads !== 1) throw new Error('Not all of them were hits.');
        measured.set(size, costs);
        figures.push(
          figureOf(costs.middle('bytes'), { figure: `local hit, ${size}`, atMost: 5, unit: 'µs' }),
          figureOf(costs.ratio('decorated', 'with the value'), {
            figure: `decorated method / query.get, ${size}`,
            atMost: 1.1,
          }),
        );
      }
    } finally {
      await node.close();
      await server.stop();
    }
    const labels = { title: 'CPU per local hit', header: 'answer', over: 'bytes' };
    return {
      servers: `${server.name} ${server.version}`,
      tables: [tableOfCosts(labels, measured)],
      figures,
    };
  },
};

/** The cost of an engine hit, compared with a bare GET. */
export const engineHit: ServersScenario = {
  name: 'engine-hit',
  question: 'What does a hit in the engine cost, compared with a plain GET?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 1 + 6 * secondsOfWork(options),
  method:
    'Time of an engine hit / GET of the same bytes by the same client, with a key of the same length; one after the other; one tag; the local tier off.\n' +
    'Store: checks and hashes the arguments, reads and compares answer and validity tokens. read(): also the soft timeout, age, counters and the\n' +
    'returned object.',
  async measure(setting) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    const raw = await openEngine(server.url);
    const measured = new Map<string, Costs>();
    const figures: Figure[] = [];
    try {
      for (const [size, length] of Object.entries(SIZES)) {
        const definition = routes(`engine-${length}`, answerOf(length));
        const [query, cached] = [new Query(definition), node.cache.define(definition)];
        const { bytes: answer } = await cached.read(ARGS);
        const key = `bench:plain:engine-${length}:v1:-:{${'k'.repeat(27)}}`;
        await raw.call(key, (client) => client.set(key, answer));
        const works = [
          {
            name: 'GET',
            cost: timeOf(oneByOne(() => raw.call(key, (client) => client.get(key), { replies: 'binary' }))),
          },
          {
            name: 'store',
            cost: timeOf(oneByOne(() => node.store.find(node.store.keys.keysOf(query, ARGS)))),
          },
          { name: 'read()', cost: timeOf(oneByOne(() => cached.read(ARGS))) },
        ];
        const costs = await costsInTurn(works, setting);
        if (cached.counters.read().loads !== 1) throw new Error('Not all of them were hits.');
        measured.set(size, costs);
        const goal = { figure: `engine hit / GET, ${size}`, atMost: 1.25 };
        figures.push(figureOf(costs.ratio('store', 'GET'), goal));
      }
    } finally {
      raw.close();
      await node.close();
      await server.stop();
    }
    const labels = { title: 'time of an engine hit', header: 'answer', over: 'GET' };
    return {
      servers: `${server.name} ${server.version}`,
      tables: [tableOfCosts(labels, measured)],
      figures,
    };
  },
};
