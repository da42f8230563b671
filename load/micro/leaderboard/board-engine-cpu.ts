import { randomUUID } from 'node:crypto';
import type { BoardDefinition } from '../../../src/leaderboard/index.js';
import { type Costs, costsInTurn, figureOf, secondsOfWork, tableOfCosts } from '../../measuring/costs.js';
import type { ServersScenario, Setting } from '../../scenario.js';
import { type BoardStand, playerId, randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SUBMITTERS = 256;
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
  uses: ['rounds', 'seconds'],
  seconds: (options) => 20 + 4 * secondsOfWork(options),
  method:
    `CPU of the engine's process (INFO cpu) per submission of ${SUBMITTERS} concurrent submitters, each of which sends one after the other.\n` +
    `A board with four windows and ranks before and after, against four raw ZADD GT by the same client, one per window, of the same ${PLAYERS.toLocaleString('en-US')} players, who all have a score.`,
  async measure(setting) {
    const stand = await startBoardStand();
    try {
      const measured = new Map<string, Costs>();
      for (const workload of WORKLOADS) {
        setting.say(workload.name);
        measured.set(workload.name, await measureWorkload(stand, workload, setting));
      }
      return {
        servers: stand.servers,
        tables: [
          tableOfCosts(
            { title: 'engine CPU per submission', header: 'of the submissions', over: 'four raw ZADD GT' },
            measured,
          ),
        ],
        figures: [...measured].map(([name, costs]) => {
          const goal = { figure: `engine CPU, submission / four raw ZADD GT, ${name}`, atMost: 1.6 };
          return figureOf(costs.ratio('submission', 'four raw ZADD GT'), goal);
        }),
      };
    } finally {
      await stand.close();
    }
  },
};

async function measureWorkload(
  stand: BoardStand,
  { name, operator, nextScore }: Workload,
  setting: Setting,
): Promise<Costs> {
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
  const engineCpuOf = (submit: () => Promise<unknown>) => async (submissions: number) => {
    const before = await stand.engineCpu();
    await submitTogether({ submitters: SUBMITTERS, submissions }, submit);
    return (await stand.engineCpu()) - before;
  };
  const submission = () => leaderboard.submit(board, [{ submissionId: randomUUID(), ...next() }]);
  const rawZAdds = () => {
    const { playerId: value, score } = next();
    const zAdd = (set: string) => commandsOf(engine).zAdd(set, { value, score }, { comparison: 'GT' });
    return Promise.all(rawSets.map(zAdd));
  };
  const works = [
    { name: 'submission', cost: engineCpuOf(submission) },
    { name: 'four raw ZADD GT', cost: engineCpuOf(rawZAdds) },
  ];
  return costsInTurn(works, setting);
}
