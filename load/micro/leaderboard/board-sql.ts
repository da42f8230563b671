import {
  costsInTurn,
  figureOf,
  oneByOne,
  secondsOfWork,
  tableOfCosts,
  timeOf,
} from '../../measuring/costs.js';
import type { ServersScenario } from '../../scenario.js';
import { randomPlayer, startBoardStand } from './board-stand.js';

const PLAYERS = Number(process.env['BOARD_PLAYERS'] ?? 1_000_000);

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

/** As usually written: all players are ranked along the index, and one of them is returned. */
const RANK_OVER = `
  SELECT rank FROM (
    SELECT player_id, rank() OVER (ORDER BY merit DESC, sequence) FROM standings WHERE board = $1 AND period = 'all'
  ) AS ranked WHERE player_id = $2`;

/**
 * What a rank costs without a sorted set, with the best indexes for SQL. Compares the calls alone: over HTTP, as in the scenario `ranks`,
 * a rank of the module costs little more than HTTP.
 */
export const boardSql: ServersScenario = {
  name: 'board-sql',
  question: 'What does a rank cost without a sorted set?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  // One call of rank() over takes about two seconds, longer than a round.
  seconds: (options) => 25 + 4 * secondsOfWork(options) + 2 * options.rounds,
  method:
    `The rank of a random player among ${PLAYERS.toLocaleString('en-US')}, one call at a time: counted by PostgreSQL along its index (analyzed, in memory), as a\n` +
    'join, as a range of the index and by rank() over, and read from the sorted set. A check ensures that all return the same rank.',
  async measure(setting) {
    const stand = await startBoardStand();
    try {
      const board = await stand.newBoard();
      setting.say('filling');
      await stand.fillLedger(board, PLAYERS);
      await stand.database.query('VACUUM ANALYZE standings');
      await stand.sync.rebuild(board);
      const bySql = (query: string) => async (playerId: string) =>
        Number((await stand.database.query<{ rank: string }>(query, [board, playerId]))[0]?.rank);
      const bySet = async (playerId: string) => (await stand.leaderboard.rankOf(board, 'all', playerId)).rank;
      const someone = randomPlayer(PLAYERS);
      const ranks = await Promise.all(
        [bySql(JOIN), bySql(RANGE), bySql(RANK_OVER), bySet].map((ask) => ask(someone)),
      );
      if (new Set(ranks).size > 1) throw new Error('All sides must rank alike.');
      const rankOfAny = (ask: (playerId: string) => Promise<unknown>) =>
        timeOf(oneByOne(() => ask(randomPlayer(PLAYERS))));
      const works = [
        { name: 'SQL, a join', cost: rankOfAny(bySql(JOIN)) },
        { name: 'SQL, a range of the index', cost: rankOfAny(bySql(RANGE)) },
        { name: 'SQL, rank() over', cost: rankOfAny(bySql(RANK_OVER)) },
        { name: 'sorted set', cost: rankOfAny(bySet) },
      ];
      const costs = await costsInTurn(works, setting);
      const over = 'sorted set';
      const ratio = (sql: string, atLeast: number) =>
        figureOf(costs.ratio(sql, over), { figure: `${sql} / ${over}`, atLeast });
      return {
        servers: stand.servers,
        tables: [
          tableOfCosts(
            { title: 'time of a rank', header: 'players', over },
            new Map([[PLAYERS.toLocaleString('en-US'), costs]]),
          ),
        ],
        figures: [
          ratio('SQL, a join', 1_000),
          ratio('SQL, a range of the index', 200),
          ratio('SQL, rank() over', 1_000),
        ],
      };
    } finally {
      await stand.close();
    }
  },
};
