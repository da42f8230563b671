import { AppClient } from '../app/app-client.js';
import { describeRate } from '../comparison.js';
import { formatMs } from '../measuring/format.js';
import type { LoadOptions } from '../options.js';
import type { Comparison, Figure, ServersScenario } from '../scenario.js';
import { openBoards } from './rank-boards.js';
import { compareBoard } from './rank-comparisons.js';

/** Rank, around a player, top 10, submit. */
const SIDES_OF_A_BOARD = 4 + 3 + 3 + 3;
const FILLED_PER_SECOND = 9_000;
/** By rank() over, which takes longer than a round on a large board. */
const RANKED_PER_SECOND = 1_000_000;

const OTHERS: Readonly<Record<string, string>> = { direct: 'SQL', textbook: 'the textbook' };

const CAVEATS = [
  'It starts a stack of its own, and removes it with its boards.',
  'SQL is a small app with the module’s routes, on the same PostgreSQL: an index in the order of the board, with all columns of the answer. A rank is a count(*) of the players ahead. rank() over ranks all players in a subquery and picks one, on the same index. With a million players it takes 0.3 to 2 s.',
  'A new score is one request. The module stores it in PostgreSQL and answers its rank. SQL stores it and answers no rank. The textbook stores it in the engine only, and sends the top to everybody.',
  'The board of the textbook was written straight into the engine, because its route accepts one score per request.',
  'Over HTTP most of the module’s time is HTTP. The micro-benchmark board-sql compares the calls alone: npm run bench -- board-sql.',
];

/** Ranks of large boards: SQL with the best indexes, a sorted set read as every tutorial shows, and the leaderboard module. */
export const ranks: ServersScenario = {
  name: 'ranks',
  question: 'What does a rank cost?',
  needs: 'servers',
  seconds(options) {
    const sizes = sizesOf(options);
    const ofSide = (options.rounds + 1) * (secondsOf(options) + 0.01) + 0.1;
    const players = sizes.reduce((sum, size) => sum + size, 0);
    const perPlayer = 1 / FILLED_PER_SECOND + (options.rounds + 5) / RANKED_PER_SECOND;
    return 9 + sizes.length * SIDES_OF_A_BOARD * ofSide + players * perPlayer;
  },
  async measure(setting) {
    const { options, signal } = setting;
    const { boards, scene, directUrl, close } = await openBoards(setting, sizesOf(options));
    try {
      const module = { ...scene, options: { ...options, seconds: secondsOf(options) } };
      const direct = { ...module, app: new AppClient(directUrl, undefined, signal) };
      const comparisons: Comparison[] = [];
      for (const board of boards) comparisons.push(...(await compareBoard({ module, direct }, board)));
      const rankOfLargest = comparisons.findLast(({ title }) => title.startsWith('rank'));
      return {
        headline: rankOfLargest ? answerOf(rankOfLargest) : '',
        answers: comparisons.map(answerOf),
        comparisons,
        figures: comparisons.flatMap(figuresOf),
        caveats: CAVEATS,
      };
    } finally {
      await close();
    }
  },
};

function sizesOf({ quick }: LoadOptions): number[] {
  return quick ? [10_000] : [10_000, 100_000, 1_000_000];
}

/** Shorter than other rounds: there are many of them. */
function secondsOf({ quick, seconds }: LoadOptions): number {
  return quick ? Math.min(0.05, seconds) : seconds / 8;
}

/** Compares the module with SQL and with the textbook. */
function answerOf({ title, sides, gains }: Comparison): string {
  const [module] = sides;
  const rates = Object.entries(gains).map(([over, { requestsPerSecond }]) =>
    describeRate(requestsPerSecond, OTHERS[over] ?? over),
  );
  const latencies = sides.slice(1).map((side) => `${side.name} ${formatMs(side.p50Ms)} ms`);
  return `${title}: ${rates.join('; ')}. Half of the answers come within ${formatMs(module?.p50Ms ?? NaN)} ms (${latencies.join(', ')}).`;
}

function figuresOf({ title, gains: { direct } }: Comparison): Figure[] {
  return direct ? [{ figure: `${title}: p50 over HTTP, SQL / module`, value: direct.p50.median }] : [];
}
