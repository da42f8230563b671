import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { type BoardStand, randomPlayer, startBoardStand } from './board-stand.js';
import { median } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SIZES = (process.env['BOARD_SIZES'] ?? '10000,1000000,10000000').split(',').map(Number);
const CALLS = 500;
const ROUNDS = 8;
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
  seconds: () => 180,
  method:
    `Medians of ${ROUNDS} rounds of ${CALLS} calls, one at a time, in turn: PING, the rank of a random player, the 11 players around one (by the\n` +
    'store; names cost another round trip). Boards are filled by a rebuild from a ledger with 9-byte ids. Memory is the growth of the engine.',
  async measure({ say }) {
    const stand = await startBoardStand();
    try {
      // Nothing here uses the indexes, and with them it takes minutes to fill the ledger.
      await stand.database.query(
        'ALTER TABLE standings DROP CONSTRAINT standings_pkey; DROP INDEX standings_by_sequence, standings_by_rank',
      );
      const results: Result[] = [];
      for (const players of SIZES) {
        say(`${players.toLocaleString('en-US')} players`);
        results.push(await measureBoard(stand, players));
      }
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'time of a read, and memory',
            rows: [
              ['players', 'PING µs', 'rank µs', 'around µs', 'rank / PING', 'around / PING', 'bytes/player'],
              ...results.map(rowOf),
            ],
          },
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
  ping: number;
  rank: number;
  around: number;
  bytes: number;
}

async function measureBoard(stand: BoardStand, players: number): Promise<Result> {
  const { leaderboard, store, engine } = stand;
  const name = await stand.newBoard();
  await stand.fillLedger(name, players);
  const before = await usedMemory(stand);
  await stand.sync.rebuild(name);
  const bytes = ((await usedMemory(stand)) - before) / players;
  const board = await stand.ledger.board(name);
  const calls = [
    () => commandsOf(engine).ping(),
    () => leaderboard.rankOf(name, 'all', randomPlayer(players)),
    () => store.around(board, 'all', { playerIds: [randomPlayer(players)], radius: 5 }),
  ];
  const medians = await inTurn(
    calls.map((call) => () => medianOf(call)),
    { rounds: ROUNDS, warmUps: 2 },
  );
  const [ping = NaN, rank = NaN, around = NaN] = medians.map(median);
  await stand.database.query('TRUNCATE standings');
  await commandsOf(engine).unlink([stand.key(name, 'all'), stand.key(name, 'state')]);
  return { players, ping, rank, around, bytes };
}

/** Microseconds. */
async function medianOf(call: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const started = performance.now();
    await call();
    took.push((performance.now() - started) * 1000);
  }
  return median(took);
}

async function usedMemory({ server }: BoardStand): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')))?.[1]);
}

function rowOf({ players, ping, rank, around, bytes }: Result): string[] {
  const ratios = [rank / ping, around / ping].map((ratio) => ratio.toFixed(2));
  return [String(players), ...[ping, rank, around].map((µs) => µs.toFixed(0)), ...ratios, bytes.toFixed(1)];
}

function figuresOf({ players, ping, rank, around, bytes }: Result): Figure[] {
  const size = players.toLocaleString('en-US');
  const atMost = Math.max(PING_GOAL.ratio * ping, ping + PING_GOAL.orMicroseconds);
  const memory = MEMORY_GOALS.find((goal) => players >= goal.players);
  return [
    { figure: `rank of ${size}, p50`, value: rank, atMost: Math.round(atMost), unit: 'µs' },
    { figure: `around me / PING of ${size}, p50`, value: around / ping, atMost: 1.7 },
    ...(memory
      ? [{ figure: `memory per player of ${size}`, value: bytes, atMost: memory.bytes, unit: 'bytes' }]
      : []),
  ];
}
