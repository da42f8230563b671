import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { randomPlayer, startBoardStand } from './board-stand.js';
import { median } from '../../measuring/statistics.js';

const PLAYERS = Number(process.env['BOARD_PLAYERS'] ?? 1_000_000);
const CALLS = { sql: 5, set: 500 };
const ROUNDS = 8;

const RANK = `SELECT count(*) + 1 AS rank FROM standings s, standings own
  WHERE own.board = $1 AND own.player_id = $2 AND own.period = 'all' AND s.board = $1 AND s.period = 'all'
    AND (s.merit > own.merit OR (s.merit = own.merit AND s.sequence < own.sequence))`;

/** What a rank costs without a sorted set, with the best indexes for SQL. */
export const boardSql: ServersScenario = {
  name: 'board-sql',
  question: 'What does a rank cost without a sorted set?',
  needs: 'servers',
  seconds: () => 60,
  method:
    `The rank of a random player among ${PLAYERS.toLocaleString('en-US')}, one call at a time: counted by PostgreSQL along its index (analyzed, in memory), and read from\n` +
    `the sorted set. ${ROUNDS} rounds in turn, medians; a check ensures that both sides return the same rank.`,
  async measure({ say }) {
    const stand = await startBoardStand();
    try {
      const board = await stand.newBoard();
      say('filling');
      await stand.fillLedger(board, PLAYERS);
      await stand.database.query('VACUUM ANALYZE standings');
      await stand.sync.rebuild(board);
      const bySql = async (playerId: string) =>
        Number((await stand.database.query<{ rank: string }>(RANK, [board, playerId]))[0]?.rank);
      const bySet = async (playerId: string) => (await stand.leaderboard.rankOf(board, 'all', playerId)).rank;
      const someone = randomPlayer(PLAYERS);
      if ((await bySql(someone)) !== (await bySet(someone))) throw new Error('Both sides must rank alike.');
      const perCall = async (ask: (playerId: string) => Promise<unknown>, times: number) => {
        const started = performance.now();
        for (let i = 0; i < times; i++) await ask(randomPlayer(PLAYERS));
        return (1000 * (performance.now() - started)) / times;
      };
      say(`${ROUNDS} rounds`);
      const costs = await inTurn([() => perCall(bySql, CALLS.sql), () => perCall(bySet, CALLS.set)], {
        rounds: ROUNDS,
        warmUps: 2,
      });
      const [sql = NaN, set = NaN] = costs.map(median);
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'time of a rank',
            rows: [
              ['side', 'µs per rank'],
              ['SQL', sql.toFixed(0)],
              ['sorted set', set.toFixed(0)],
              ['SQL / sorted set', (sql / set).toFixed(0)],
            ],
          },
        ],
        figures: [{ figure: 'SQL / sorted set', value: sql / set, atLeast: 200 }],
      };
    } finally {
      await stand.close();
    }
  },
};
