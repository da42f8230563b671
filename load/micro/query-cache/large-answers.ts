import { startEngine } from '../../../local/index.js';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { figureOf } from '../../measuring/costs.js';
import { middleOf } from '../../measuring/gain.js';
import type { ServersScenario } from '../../scenario.js';
import { answerOf, type CacheNode, openCacheNode, routes } from './cache-node.js';
import { quantile } from '../../measuring/statistics.js';

const [SMALL_BYTES, LARGE_BYTES, LARGEST_BYTES] = [1_000, 100_000, 990_000];
const AT_ONCE = 200;
const LARGEST_AT_ONCE = 150;

type Args = { origin: string; limit: number };
type Answers = CachedQuery<Args, object>;

/** How much longer a small hit takes while many large answers are read from the same engine. */
export const largeAnswers: ServersScenario = {
  name: 'large-answers',
  question: 'How much do 200 concurrent hits of 100 KB slow down small hits?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: ({ rounds, seconds }) => 15 + (rounds + 1) * seconds,
  method:
    `Time of engine hits of 1 KB, one by one, while ${AT_ONCE} concurrent hits of 100 KB are read, then of as many\n` +
    `without them, in turn during each round; one process, the local tier off, deadline and soft timeout as in the application. "burst" is the time\n` +
    `of all ${AT_ONCE}. At the end ${LARGEST_AT_ONCE} concurrent hits of 990 KB.`,
  async measure({ options, say }) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    try {
      const small = await stored(node, SMALL_BYTES, AT_ONCE);
      const large = await stored(node, LARGE_BYTES, AT_ONCE);
      const largest = await stored(node, LARGEST_BYTES, LARGEST_AT_ONCE);
      await measureRound(small, large, options.seconds);
      const rounds: Times[] = [];
      for (let round = 1; round <= options.rounds; round++) {
        say(`round ${round} of ${options.rounds}`);
        rounds.push(await measureRound(small, large, options.seconds));
      }
      say(`${LARGEST_AT_ONCE} hits of 990 KB`);
      await readAtOnce(largest, LARGEST_AT_ONCE);
      const { refused, failed, unknown } = node.engine.statistics;
      const p99 = (of: readonly number[]) => quantile(of, 0.99);
      const ratio = middleOf(rounds.map(({ beside, alone }) => p99(beside) / p99(alone)));
      return {
        servers: `${server.name} ${server.version}`,
        tables: [
          {
            title: 'latency of hits',
            rows: [
              ['hits', 'count', 'p50 ms', 'p90', 'p99', 'max'],
              ...HITS.map((hits) => rowOf(hits, rounds)),
            ],
          },
        ],
        figures: [
          figureOf(ratio, { figure: 'p99 of 1 KB, beside / alone', atMost: 3 }),
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

const HITS = ['alone', 'beside', 'burst'] as const;
/** In milliseconds each. A burst is one value. */
type Times = Readonly<Record<(typeof HITS)[number], number[]>>;

async function measureRound(small: Answers, large: Answers, seconds: number): Promise<Times> {
  const times: Times = { alone: [], beside: [], burst: [] };
  const endsAt = performance.now() + 1_000 * seconds;
  while (performance.now() < endsAt) {
    let isOver = false;
    const startedAt = performance.now();
    const burst = readAtOnce(large, AT_ONCE).then(() => (isOver = true));
    const beside = await readInTurn(small, () => !isOver);
    await burst;
    times.burst.push(performance.now() - startedAt);
    times.beside.push(...beside);
    let left = beside.length;
    times.alone.push(...(await readInTurn(small, () => left-- > 0)));
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

function rowOf(hits: keyof Times, rounds: readonly Times[]): string[] {
  const times = rounds.flatMap((round) => round[hits]);
  return [
    hits,
    String(times.length),
    ...[0.5, 0.9, 0.99, 1].map((share) => quantile(times, share).toFixed(2)),
  ];
}
