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
import type { Figure, ServersScenario, Setting } from '../../scenario.js';
import { type BoardStand, randomPlayer, startBoardStand, usedMemory } from './board-stand.js';
import { median } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SIZES = (process.env['BOARD_SIZES'] ?? '10000,1000000,10000000').split(',').map(Number);
const PING_GOAL = { ratio: 1.15, orMicroseconds: 30 };
/** Bytes per player, from that many players on. */
const MEMORY_GOALS = [
  { players: 10_000_000, bytes: 125 },
  { players: 1_000_000, bytes: 115 },
];

/** Whether a rank costs more on a large board, and what a player costs in memory. */
export const boardRanks: ServersScenario = {
  name: 'board-ranks',
  question: 'Does a rank cost more among ten million players, and how much memory does a player use?',
  needs: 'servers',
  isLong: true,
  uses: ['rounds', 'seconds'],
  seconds: (options) => 120 + 3 * SIZES.length * secondsOfWork(options),
  method:
    'Medians of the calls of a round, one at a time: PING, the rank of a random player, the 11 players around one (by the\n' +
    'store; names cost another round trip). Boards are filled by a rebuild from a ledger with 9-byte ids. Memory is the growth of the engine.',
  async measure(setting) {
    const stand = await startBoardStand();
    try {
      // Nothing here uses the indexes, and with them it takes minutes to fill the ledger.
      await stand.database.query(
        'ALTER TABLE standings DROP CONSTRAINT standings_pkey; DROP INDEX standings_by_sequence, standings_by_rank',
      );
      const results: Result[] = [];
      for (const players of SIZES) {
        setting.say(`${players.toLocaleString('en-US')} players`);
        results.push(await measureBoard(stand, players, setting));
      }
      return {
        servers: stand.servers,
        tables: [
          tableOfCosts(
            { title: 'time of a read', header: 'players', over: 'PING' },
            new Map(results.map(({ players, costs }) => [players.toLocaleString('en-US'), costs])),
          ),
        ],
        figures: results.flatMap(figuresOf),
      };
    } finally {
      await stand.close();
    }
  },
};

interface Result {
  players: number;
  costs: Costs;
  bytes: number;
}

async function measureBoard(stand: BoardStand, players: number, setting: Setting): Promise<Result> {
  const { leaderboard, store, engine } = stand;
  const name = await stand.newBoard();
  await stand.fillLedger(name, players);
  const before = await usedMemory(stand);
  await stand.sync.rebuild(name);
  const bytes = ((await usedMemory(stand)) - before) / players;
  const board = await stand.ledger.board(name);
  const around = () => store.around(board, 'all', { playerIds: [randomPlayer(players)], radius: 5 });
  const works = [
    { name: 'PING', cost: medianTimeOf(() => commandsOf(engine).ping()) },
    { name: 'rank', cost: medianTimeOf(() => leaderboard.rankOf(name, 'all', randomPlayer(players))) },
    { name: 'around', cost: medianTimeOf(around) },
  ];
  const costs = await costsInTurn(works, setting);
  await stand.database.query('TRUNCATE standings');
  await commandsOf(engine).unlink([stand.key(name, 'all'), stand.key(name, 'state')]);
  return { players, costs, bytes };
}

/** As if each call took as long as the median of them. */
function medianTimeOf(call: () => Promise<unknown>): Work['cost'] {
  const time = timeOf(oneByOne(call));
  return async (times) => {
    const took: number[] = [];
    for (let i = 0; i < times; i++) took.push(await time(1));
    return median(took) * times;
  };
}

function figuresOf({ players, costs, bytes }: Result): Figure[] {
  const ping = costs.middle('PING').median;
  const size = players.toLocaleString('en-US');
  const atMost = Math.max(PING_GOAL.ratio * ping, ping + PING_GOAL.orMicroseconds);
  const memory = MEMORY_GOALS.find((goal) => players >= goal.players);
  return [
    figureOf(costs.middle('rank'), {
      figure: `rank of ${size}, p50`,
      atMost: Math.round(atMost),
      unit: 'µs',
    }),
    figureOf(costs.ratio('around', 'PING'), { figure: `around me / PING of ${size}, p50`, atMost: 1.7 }),
    { figure: `memory per player of ${size}`, value: bytes, atMost: memory?.bytes, unit: 'bytes' },
  ];
}
