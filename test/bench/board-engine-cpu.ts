import { randomUUID } from 'node:crypto';
import { inTurn } from './alternating-rounds.js';
import type { Benchmark } from './benchmark.js';
import { randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { median } from './statistics.js';

const SUBMITTERS = 256;
const EACH = Number(process.env['BOARD_SUBMISSIONS'] ?? 40);
const ROUNDS = 8;
const PLAYERS = 100_000;

/** What four windows and two ranks cost the engine. */
export const boardEngineCpu: Benchmark = {
  name: 'board-engine-cpu',
  method:
    `CPU of the engine's process (INFO cpu) per submission: ${SUBMITTERS} submitters, each ${EACH} one after the other, ${ROUNDS} rounds of each side in turn, medians.\n` +
    `A board with four windows and ranks before and after, against a ZADD GT each of ${PLAYERS.toLocaleString('en-US')} players by the same client. Scores rise, so nearly all of them move somebody.`,
  async measure(say) {
    const stand = await startBoardStand();
    try {
      const board = await stand.newBoard({
        operator: 'latest',
        windows: ['all', 'daily', 'weekly', 'monthly'],
      });
      let rising = 0;
      const next = () => ({
        playerId: randomPlayer(PLAYERS),
        score: ++rising * 1000 + Math.floor(Math.random() * 1e6),
      });
      const cpuOf = async (submit: () => Promise<unknown>) => {
        const before = await stand.engineCpu();
        await submitTogether({ submitters: SUBMITTERS, each: EACH }, submit);
        return ((await stand.engineCpu()) - before) / (SUBMITTERS * EACH);
      };
      const sides = [
        () => stand.leaderboard.submit(board, [{ submissionId: randomUUID(), ...next() }]),
        () => {
          const { playerId, score } = next();
          return stand.engine.client.zAdd('raw', { value: playerId, score }, { comparison: 'GT' });
        },
      ];
      say(`${ROUNDS} rounds`);
      const costs = await inTurn(
        sides.map((submit) => () => cpuOf(submit)),
        { rounds: ROUNDS, warmUps: 3 },
      );
      const [submission = NaN, zadd = NaN] = costs.map(median);
      return {
        servers: stand.servers,
        table: [
          ['side', 'engine µs'],
          ['submission into 4 windows, with ranks', submission.toFixed(2)],
          ['raw ZADD GT', zadd.toFixed(2)],
        ],
        goals: [{ figure: 'engine CPU, submission / raw ZADD', value: submission / zadd, atMost: 3.5 }],
      };
    } finally {
      await stand.close();
    }
  },
};
