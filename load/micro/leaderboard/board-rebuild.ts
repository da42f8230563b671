import { randomUUID } from 'node:crypto';
import { figureOf } from '../../measuring/costs.js';
import { middleOf } from '../../measuring/gain.js';
import type { ServersScenario } from '../../scenario.js';
import { type BoardStand, randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const PLAYERS = Number(process.env['BOARD_PLAYERS'] ?? 1_000_000);
/** COPY of a large set takes long, and the engine executes nothing else meanwhile. */
const COPY_WITHIN_MS = 30_000;
const SUBMITTERS = 64;
const SUBMISSIONS = Number(process.env['BOARD_SUBMISSIONS'] ?? 38_400);

/** How long it takes to restore a board that an engine has lost, completely or in its newest part. */
export const boardRebuild: ServersScenario = {
  name: 'board-rebuild',
  question: 'How long does a rebuild take after the engine has lost a board or its newest scores?',
  needs: 'servers',
  uses: ['rounds'],
  seconds: ({ rounds }) => 60 + 3 * rounds,
  method:
    `A board of ${PLAYERS.toLocaleString('en-US')} players, rebuilt in each round beside the one that readers see; the stall is the longest that one script ran (SLOWLOG),\n` +
    'the swap of both sets among them. Replay: the keys are set back to what they were before some seconds of submissions, as a failover does\n' +
    'that loses them; then the sets are compared with the ledger, player by player.',
  async measure({ options, say }) {
    const stand = await startBoardStand();
    try {
      const board = await stand.newBoard();
      say('filling');
      await stand.fillLedger(board, PLAYERS);
      const rates: number[] = [];
      await stand.sync.rebuild(board);
      await stand.server.command('CONFIG', 'SET', 'slowlog-log-slower-than', '1000');
      await stand.server.command('SLOWLOG', 'RESET');
      for (let round = 1; round <= options.rounds; round++) {
        say(`rebuild ${round} of ${options.rounds}`);
        const started = performance.now();
        await stand.sync.rebuild(board);
        rates.push(PLAYERS / ((performance.now() - started) / 1000));
      }
      const stall = await longestMilliseconds(stand);
      say('replay');
      const { lost, seconds, replay, wrong } = await measureReplay(stand, board);
      const rate = middleOf(rates);
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'rebuild and replay',
            rows: [
              ['figure', 'value'],
              ['players rebuilt per second', rate.median.toFixed(0)],
              ['longest stall, ms', stall.toFixed(1)],
              ['submissions lost', String(lost)],
              ['seconds they had taken', seconds.toFixed(1)],
              ['seconds their replay took', replay.toFixed(2)],
              ['players shown wrong afterwards', String(wrong)],
            ],
          },
        ],
        figures: [
          figureOf(rate, { figure: 'players rebuilt per second', atLeast: 400_000 }),
          { figure: 'stall', value: stall, atMost: 10, unit: 'ms' },
          { figure: 'replay per second of lost writes', value: replay / seconds, atMost: 1, unit: 's' },
          { figure: 'players shown wrong', value: wrong, atMost: 0 },
        ],
      };
    } finally {
      await stand.close();
    }
  },
};

/** The longest command in the slow log, which contains those above a millisecond. */
async function longestMilliseconds({ server }: BoardStand): Promise<number> {
  const entries = (await server.command('SLOWLOG', 'GET', '1000')) as unknown as [number, number, number][];
  return Math.max(0, ...entries.map(([, , microseconds]) => microseconds / 1000));
}

async function measureReplay(stand: BoardStand, board: string) {
  const client = commandsOf(stand.engine, { deadlineMs: COPY_WITHIN_MS });
  const parts = ['all', 'state'];
  for (const part of parts) await client.copy(stand.key(board, part), stand.key(board, `${part}:replica`));
  const submittedAt = performance.now();
  await submitTogether({ submitters: SUBMITTERS, submissions: SUBMISSIONS }, () =>
    stand.leaderboard.submit(board, [
      {
        submissionId: randomUUID(),
        playerId: randomPlayer(PLAYERS),
        score: 5e8 + Math.floor(Math.random() * 5e8),
      },
    ]),
  );
  const seconds = (performance.now() - submittedAt) / 1000;
  for (const part of parts) await client.rename(stand.key(board, `${part}:replica`), stand.key(board, part));
  const started = performance.now();
  await stand.sync.catchUp(board);
  const replay = (performance.now() - started) / 1000;
  return { lost: SUBMISSIONS, seconds, replay, wrong: await countWrong(stand, board) };
}

const PAGE = 1000;

/** Compares all pages of the sorted set with the ledger. */
async function countWrong({ leaderboard, database }: BoardStand, board: string): Promise<number> {
  let wrong = 0;
  for (let offset = 0; offset < PLAYERS; offset += 100 * PAGE) {
    const rows = await database.query<{ player_id: string; merit: string }>(
      `SELECT player_id, merit FROM standings WHERE board = $1 AND period = 'all'
       ORDER BY merit DESC, sequence OFFSET $2 LIMIT $3`,
      [board, offset, 100 * PAGE],
    );
    for (let at = 0; at < rows.length; at += PAGE) {
      const { entries } = await leaderboard.page(board, { window: 'all', offset: offset + at, limit: PAGE });
      const expected = rows.slice(at, at + PAGE);
      wrong += expected.filter(
        ({ player_id, merit }, i) =>
          entries[i]?.playerId !== player_id || entries[i]?.score !== Number(merit),
      ).length;
    }
  }
  return wrong;
}
