import { randomUUID } from 'node:crypto';
import type { BoardDefinition } from '../../../src/leaderboard/index.js';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { type BoardStand, playerId, randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { median } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SUBMITTERS = 256;
const EACH = Number(process.env['BOARD_SUBMISSIONS'] ?? 40);
const ROUNDS = 8;
const PLAYERS = 100_000;
const MAX = 1_000_000_000;
const BATCH = 1_000;
const WINDOWS: BoardDefinition['windows'] = ['all', 'daily', 'weekly', 'monthly'];

interface Workload {
  name: string;
  operator: BoardDefinition['operator'];
  nextScore: () => number;
}

let rising = 0;
const WORKLOADS: Workload[] = [
  {
    name: 'each moves a player',
    operator: 'latest',
    nextScore: () => ++rising * 100 + Math.floor(Math.random() * 100_000),
  },
  // With best scores spread evenly, the n-th power of a random number exceeds a player's best in one of n + 1 cases.
  { name: 'one in ten improves', operator: 'best', nextScore: () => Math.floor(Math.random() ** 9 * MAX) },
];

/** What four windows and two ranks cost the engine. */
export const boardEngineCpu: ServersScenario = {
  name: 'board-engine-cpu',
  question: 'How much engine CPU do four windows and two ranks use?',
  needs: 'servers',
  seconds: () => 30,
  method:
    `CPU of the engine's process (INFO cpu) per submission: ${SUBMITTERS} submitters, each ${EACH} one after the other, ${ROUNDS} rounds of each side in turn, medians.\n` +
    `A board with four windows and ranks before and after, against four raw ZADD GT by the same client, one per window, of the same ${PLAYERS.toLocaleString('en-US')} players, who all have a score.`,
  async measure({ say }) {
    const stand = await startBoardStand();
    try {
      const results = [];
      for (const workload of WORKLOADS) {
        say(`${workload.name}: ${ROUNDS} rounds`);
        results.push({ workload, ...(await measureWorkload(stand, workload)) });
      }
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'engine CPU per submission',
            rows: [
              ['of the submissions', 'into 4 windows, with ranks, µs', 'four raw ZADD GT, µs', 'ratio'],
              ...results.map(({ workload, submission, zadd }) => [
                workload.name,
                ...[submission, zadd, submission / zadd].map((value) => value.toFixed(2)),
              ]),
            ],
          },
        ],
        figures: results.map(({ workload, submission, zadd }) => ({
          figure: `engine CPU, submission / four raw ZADD GT, ${workload.name}`,
          value: submission / zadd,
          atMost: 1.6,
        })),
      };
    } finally {
      await stand.close();
    }
  },
};

async function measureWorkload(
  stand: BoardStand,
  { name, operator, nextScore }: Workload,
): Promise<{ submission: number; zadd: number }> {
  const { leaderboard, engine } = stand;
  const board = await stand.newBoard({ operator, windows: WINDOWS, max: MAX });
  const rawSets = WINDOWS.map((window) => `raw ${name} ${window}`);
  for (let from = 1; from <= PLAYERS; from += BATCH) {
    const scores = Array.from({ length: BATCH }, (_, i) => {
      const score = operator === 'best' ? Math.floor(Math.random() * MAX) : nextScore();
      return { submissionId: randomUUID(), playerId: playerId(from + i), score };
    });
    await leaderboard.submit(board, scores);
    const members = scores.map(({ playerId: value, score }) => ({ value, score }));
    await Promise.all(rawSets.map((set) => commandsOf(engine).zAdd(set, members)));
  }
  const next = () => ({ playerId: randomPlayer(PLAYERS), score: nextScore() });
  const cpuOf = async (submit: () => Promise<unknown>) => {
    const before = await stand.engineCpu();
    await submitTogether({ submitters: SUBMITTERS, each: EACH }, submit);
    return ((await stand.engineCpu()) - before) / (SUBMITTERS * EACH);
  };
  const sides = [
    () => leaderboard.submit(board, [{ submissionId: randomUUID(), ...next() }]),
    () => {
      const { playerId: value, score } = next();
      const zAdd = (set: string) => commandsOf(engine).zAdd(set, { value, score }, { comparison: 'GT' });
      return Promise.all(rawSets.map(zAdd));
    },
  ];
  const costs = await inTurn(
    sides.map((submit) => () => cpuOf(submit)),
    { rounds: ROUNDS, warmUps: 3 },
  );
  const [submission = NaN, zadd = NaN] = costs.map(median);
  return { submission, zadd };
}
