import { AppClient } from '../app/app-client.js';
import { describeRate } from '../comparison.js';
import { formatMs } from '../measuring/format.js';
import type { LoadOptions } from '../options.js';
import type { Comparison, Figure, Scenario } from '../scenario.js';
import { openBoards } from './rank-boards.js';
import { compareBoard } from './rank-comparisons.js';

/** Rank, around a player, top 10, submit. */
const SIDES_OF_A_BOARD = 3 + 2 + 3 + 3;

/** Ranks of large boards: SQL with the best indexes, a sorted set read as every tutorial shows, and the leaderboard module. */
export const ranks: Scenario = {
  name: 'ranks',
  question: 'What does a rank cost?',
  seconds(options) {
    const sizes = sizesOf(options);
    const ofSide = (options.rounds + 1) * (secondsOf(options) + 0.05) + 0.2;
    const players = sizes.reduce((sum, size) => sum + size, 0);
    return 4 + sizes.length * SIDES_OF_A_BOARD * ofSide + players / 15_000;
  },
  async measure(scene) {
    const short = { ...scene, options: { ...scene.options, seconds: secondsOf(scene.options) } };
    const { boards, directUrl, close } = await openBoards(scene, sizesOf(scene.options));
    try {
      const comparisons: Comparison[] = [];
      const direct = { ...short, app: new AppClient(directUrl, undefined, scene.signal) };
      for (const board of boards) comparisons.push(...(await compareBoard({ module: short, direct }, board)));
      return {
        answers: comparisons.map(answerOf),
        comparisons,
        figures: comparisons.flatMap(figuresOf),
        caveats: [
          'SQL is a small app with the module’s routes, on a PostgreSQL of its own: an index in the order of the board, with all columns of the answer.',
          'To submit is to send one score per request. The module stores it in PostgreSQL and answers its rank. SQL stores it and answers no rank. The textbook stores it in the engine only, and sends the top to everybody.',
          'Over HTTP most of the module’s time is HTTP. The micro-benchmark board-sql compares the calls alone: npm run bench -- board-sql.',
          scene.engineUrl === null
            ? 'The textbook has no route for batches and its engine is not known, so its largest board is missing.'
            : 'The board of the textbook was written straight into the engine, because it has no route for batches.',
          'Each run leaves its boards in the ledger and in the engine. After many runs, delete .data/1.',
        ],
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
  return quick ? Math.min(0.1, seconds) : seconds / 5;
}

/** Compares the module with SQL and with the textbook. */
function answerOf({ title, sides, gains }: Comparison): string {
  const [module] = sides;
  const rates = Object.entries(gains).map(([over, { requestsPerSecond }]) =>
    describeRate(requestsPerSecond, over === 'direct' ? 'SQL' : `the ${over}`),
  );
  const latencies = sides.slice(1).map((side) => `${side.name} ${formatMs(side.p50Ms)} ms`);
  return `${title}: ${rates.join(', ')}. Half of the answers come within ${formatMs(module?.p50Ms ?? NaN)} ms (${latencies.join(', ')}).`;
}

function figuresOf({ title, gains: { direct } }: Comparison): Figure[] {
  return direct ? [{ figure: `${title}: p50 over HTTP, SQL / module`, value: direct.p50.median }] : [];
}
