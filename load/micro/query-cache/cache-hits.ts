import { startEngine } from '../../../local/index.js';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { Query } from '../../../src/query-cache/query/query.js';
import { answerOf, openCacheNode, routes } from './cache-node.js';
import { openEngine, until } from '../engine/open-engine.js';
import { timePerCall } from '../../measuring/time-per-call.js';
import { median, quantile } from '../../measuring/statistics.js';

const SIZES = { '2 KB': 2_000, '100 KB': 100_000 } as const;
const ARGS = { origin: 'JFK', limit: 20 };

const LOCAL_HITS_PER_ROUND = 100_000;

/** The cost of a local hit. */
export const localHit: ServersScenario = {
  name: 'local-hit',
  question: 'What does a hit in the local tier cost?',
  needs: 'servers',
  seconds: () => 10,
  method:
    `CPU (user + system) of read() answered by the local tier, ${LOCAL_HITS_PER_ROUND.toLocaleString('en-US')} one by one in each of 10 rounds: checks and hashes the\n` +
    'arguments, checks coherence and age, counts, returns the bytes. Only "with the value" parses them, once a hit.',
  async measure({ say }) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url);
    const table = [['answer', 'what', 'median µs', 'quartiles']];
    const figures = [];
    try {
      for (const [size, bytes] of Object.entries(SIZES)) {
        say(size);
        const query = node.cache.define(routes(`local-${bytes}`, answerOf(bytes)));
        await until('it is in the local tier', async () => (await query.read(ARGS)).lookup.tier === 'local');
        const read = () => query.read(ARGS);
        const costs = await inTurn(
          [() => cpuPerCall(read, LOCAL_HITS_PER_ROUND), () => cpuPerCall(() => query.get(ARGS), 2_000)],
          { rounds: 10, warmUps: 3 },
        );
        if (query.counters.read().loads !== 1) throw new Error('Not all of them were hits.');
        const [bare = [], parsed = []] = costs;
        table.push([size, 'bytes', ...summary(bare)], [size, 'with the value', ...summary(parsed)]);
        figures.push({ figure: `local hit, ${size}`, value: median(bare), atMost: 5, unit: 'µs' });
      }
    } finally {
      await node.close();
      await server.stop();
    }
    return {
      servers: `${server.name} ${server.version}`,
      tables: [{ title: 'CPU per local hit', rows: table }],
      figures,
    };
  },
};

const ENGINE_HITS_PER_ROUND = 2_000;

/** The cost of an engine hit, compared with a bare GET. */
export const engineHit: ServersScenario = {
  name: 'engine-hit',
  question: 'What does a hit in the engine cost, compared with a plain GET?',
  needs: 'servers',
  seconds: () => 20,
  method:
    `Time of an engine hit / GET of the same bytes by the same client, with a key of the same length; ${ENGINE_HITS_PER_ROUND.toLocaleString('en-US')} of each, one by one, in\n` +
    'turn, in each of 25 rounds; one tag; the local tier off. Store: checks and hashes the arguments, reads and compares answer and validity tokens.\n' +
    'read(): also the soft timeout, age, counters and the returned object. Medians of the rounds, and of the ratios of one turn.',
  async measure({ say }) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    const raw = await openEngine(server.url);
    const table = [['answer', 'what', 'GET µs', 'hit µs', 'hit / GET', 'quartiles']];
    const figures = [];
    try {
      for (const [size, length] of Object.entries(SIZES)) {
        say(size);
        const definition = routes(`engine-${length}`, answerOf(length));
        const [query, cached] = [new Query(definition), node.cache.define(definition)];
        const { bytes: answer } = await cached.read(ARGS);
        const key = `bench:plain:engine-${length}:v1:-:{${'k'.repeat(27)}}`;
        await raw.call(key, (client) => client.set(key, answer));
        const sides = [
          () => raw.call(key, (client) => client.get(key), { replies: 'binary' }),
          () => node.store.find(node.store.keys.keysOf(query, ARGS)),
          () => cached.read(ARGS),
        ];
        const [gets = [], ...hits] = await inTurn(
          sides.map((side) => () => timePerCall(side, ENGINE_HITS_PER_ROUND)),
          { rounds: 25, warmUps: 5 },
        );
        if (cached.counters.read().loads !== 1) throw new Error('Not all of them were hits.');
        const ratios = hits.map((times) => times.map((hit, round) => hit / (gets[round] ?? Number.NaN)));
        for (const [i, what] of ['store', 'read()'].entries()) {
          const times = [gets, hits[i] ?? []].map((side) => median(side).toFixed(1));
          table.push([size, what, ...times, ...summary(ratios[i] ?? [])]);
        }
        figures.push({ figure: `engine hit / GET, ${size}`, value: median(ratios[0] ?? []), atMost: 1.25 });
      }
    } finally {
      raw.close();
      await node.close();
      await server.stop();
    }
    return {
      servers: `${server.name} ${server.version}`,
      tables: [{ title: 'time of an engine hit', rows: table }],
      figures,
    };
  },
};

function summary(values: readonly number[]): string[] {
  const quartiles = [0.25, 0.75].map((share) => quantile(values, share).toFixed(2));
  return [median(values).toFixed(2), quartiles.join(' - ')];
}

/** In microseconds. */
async function cpuPerCall(call: () => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
