import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { randomPlayer, startBoardStand } from './board-stand.js';
import { median } from '../../measuring/statistics.js';

const PLAYERS = Number(process.env['BOARD_PLAYERS'] ?? 1_000_000);
const CALLS = { sql: 5, set: 500 };
const ROUNDS = 8;

/** The definition of a rank as a join. PostgreSQL reads the whole board in its index. */
const JOIN = `SELECT count(*) + 1 AS rank FROM standings s, standings own
  WHERE own.board = $1 AND own.player_id = $2 AND own.period = 'all' AND s.board = $1 AND s.period = 'all'
    AND (s.merit > own.merit OR (s.merit = own.merit AND s.sequence < own.sequence))`;

/** The same, with a range that begins at the player: half of the board on average, in parallel. */
const RANGE = `
  WITH own AS (SELECT merit, sequence FROM standings WHERE board = $1 AND period = 'all' AND player_id = $2)
  SELECT count(*) + 1 AS rank FROM standings
  WHERE board = $1 AND period = 'all' AND merit >= (SELECT merit FROM own)
    AND (merit > (SELECT merit FROM own) OR sequence < (SELECT sequence FROM own))`;

/**
 * What a rank costs without a sorted set, with the best indexes for SQL. Compares the calls alone: over HTTP, as in the scenario `ranks`,
 * a rank of the module costs little more than HTTP.
 */
export const boardSql: ServersScenario = {
  name: 'board-sql',
  question: 'What does a rank cost without a sorted set?',
  needs: 'servers',
  seconds: () => 60,
  method:
    `The rank of a random player among ${PLAYERS.toLocaleString('en-US')}, one call at a time: counted by PostgreSQL along its index (analyzed, in memory), as a\n` +
    `join and as a range of the index, and read from the sorted set. ${ROUNDS} rounds in turn, medians; a check ensures that all return the same rank.`,
  async measure({ say }) {
    const stand = await startBoardStand();
    try {
      const board = await stand.newBoard();
      say('filling');
      await stand.fillLedger(board, PLAYERS);
      await stand.database.query('VACUUM ANALYZE standings');
      await stand.sync.rebuild(board);
      const bySql = (query: string) => async (playerId: string) =>
        Number((await stand.database.query<{ rank: string }>(query, [board, playerId]))[0]?.rank);
      const bySet = async (playerId: string) => (await stand.leaderboard.rankOf(board, 'all', playerId)).rank;
      const someone = randomPlayer(PLAYERS);
      const ranks = await Promise.all([bySql(JOIN), bySql(RANGE), bySet].map((ask) => ask(someone)));
      if (new Set(ranks).size > 1) throw new Error('All sides must rank alike.');
      const perCall = async (ask: (playerId: string) => Promise<unknown>, times: number) => {
        const started = performance.now();
        for (let i = 0; i < times; i++) await ask(randomPlayer(PLAYERS));
        return (1000 * (performance.now() - started)) / times;
      };
      say(`${ROUNDS} rounds`);
      const sides = [
        () => perCall(bySql(JOIN), CALLS.sql),
        () => perCall(bySql(RANGE), CALLS.sql),
        () => perCall(bySet, CALLS.set),
      ];
      const costs = await inTurn(sides, { rounds: ROUNDS, warmUps: 2 });
      const [join = NaN, range = NaN, set = NaN] = costs.map(median);
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'time of a rank',
            rows: [
              ['side', 'µs per rank', 'this / sorted set'],
              ['SQL, a join', join.toFixed(0), (join / set).toFixed(0)],
              ['SQL, a range of the index', range.toFixed(0), (range / set).toFixed(0)],
              ['sorted set', set.toFixed(0), ''],
            ],
          },
        ],
        figures: [
          { figure: 'SQL, a join / sorted set', value: join / set, atLeast: 1_000 },
          { figure: 'SQL, a range of the index / sorted set', value: range / set, atLeast: 200 },
        ],
      };
    } finally {
      await stand.close();
    }
  },
};
