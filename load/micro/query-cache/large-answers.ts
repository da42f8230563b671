import { startEngine } from '../../../local/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import type { ServersScenario } from '../../scenario.js';
import { answerOf, type CacheNode, openCacheNode, routes } from './cache-node.js';
import { quantile } from '../../measuring/statistics.js';

const [SMALL_BYTES, LARGE_BYTES, LARGEST_BYTES] = [1_000, 100_000, 990_000];
const AT_ONCE = 200;
const LARGEST_AT_ONCE = 150;
const [ROUNDS, WARM_UPS] = [40, 10];

type Args = { origin: string; limit: number };
type Answers = CachedQuery<Args, object>;

/** How much longer a small hit takes while many large answers are read from the same engine. */
export const largeAnswers: ServersScenario = {
  name: 'large-answers',
  question: 'How much do 200 concurrent hits of 100 KB slow down small hits?',
  needs: 'servers',
  seconds: () => 30,
  method:
    `Time of engine hits of 1 KB, one by one, while ${AT_ONCE} concurrent hits of 100 KB are read, then of as many\n` +
    `without them; ${ROUNDS} rounds of both; one process, the local tier off, deadline and soft timeout as in the application. "burst" is the time\n` +
    `of all ${AT_ONCE}. At the end ${LARGEST_AT_ONCE} concurrent hits of 990 KB.`,
  async measure({ say }) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    try {
      const small = await stored(node, SMALL_BYTES, AT_ONCE);
      const large = await stored(node, LARGE_BYTES, AT_ONCE);
      const largest = await stored(node, LARGEST_BYTES, LARGEST_AT_ONCE);
      const times = await compare(small, large);
      say(`${LARGEST_AT_ONCE} hits of 990 KB`);
      await readAtOnce(largest, LARGEST_AT_ONCE);
      const { refused, failed, unknown } = node.engine.statistics;
      const p99 = (of: readonly number[]) => quantile(of, 0.99);
      return {
        servers: `${server.name} ${server.version}`,
        tables: [
          {
            title: 'latency of hits',
            rows: [['hits', 'count', 'p50 ms', 'p90', 'p99', 'max'], ...Object.entries(times).map(rowOf)],
          },
        ],
        figures: [
          { figure: 'p99 of 1 KB, beside / alone', value: p99(times.beside) / p99(times.alone), atMost: 3 },
          { figure: 'loads, 100 KB', value: loadsOf(large) - AT_ONCE, atMost: 0 },
          { figure: 'loads, 990 KB', value: loadsOf(largest) - LARGEST_AT_ONCE, atMost: 0 },
          { figure: 'calls that failed', value: refused + failed + unknown, atMost: 0 },
        ],
      };
    } finally {
      await node.close();
      await server.stop();
    }
  },
};

async function compare(small: Answers, large: Answers) {
  const times = { alone: [] as number[], beside: [] as number[], burst: [] as number[] };
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    let isOver = false;
    const startedAt = performance.now();
    const burst = readAtOnce(large, AT_ONCE).then(() => (isOver = true));
    const beside = await readInTurn(small, () => !isOver);
    await burst;
    const burstMs = performance.now() - startedAt;
    let left = beside.length;
    const alone = await readInTurn(small, () => left-- > 0);
    if (round < 0) continue;
    times.alone.push(...alone);
    times.beside.push(...beside);
    times.burst.push(burstMs);
  }
  return times;
}

async function stored(node: CacheNode, bytes: number, count: number): Promise<Answers> {
  const query = node.cache.define(routes(`large-${bytes}`, answerOf(bytes)));
  for (let i = 0; i < count; i++) await query.read(argsOf(i));
  return query;
}

/** Keeps no answer, like a handler that has sent it. */
async function readAtOnce(query: Answers, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, i) => void (await query.read(argsOf(i)))));
}

/** In milliseconds each. */
async function readInTurn(query: Answers, shouldContinue: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (shouldContinue()) {
    const startedAt = performance.now();
    await query.read(argsOf(times.length % AT_ONCE));
    times.push(performance.now() - startedAt);
  }
  return times;
}

function loadsOf(query: Answers): number {
  return query.counters.read().loads;
}

function argsOf(i: number): Args {
  return { origin: 'JFK', limit: i };
}

function rowOf([hits, times]: [string, readonly number[]]): string[] {
  return [
    hits,
    String(times.length),
    ...[0.5, 0.9, 0.99, 1].map((share) => quantile(times, share).toFixed(2)),
  ];
}
