import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { costsInTurn, figureOf, secondsOfWork, tableOfCosts, timeOf } from '../../measuring/costs.js';
import type { ServersScenario } from '../../scenario.js';
import { randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SUBMITTERS = 256;
const PLAYERS = 100_000;
const WARM_UP_SECONDS = 1;

const INSERT = {
  name: 'naive',
  text: 'INSERT INTO naive (board, submission_id, player_id, score) VALUES ($1, $2, $3, $4)',
};

/** What a score costs that is durable and ranked when it is answered. */
export const boardSubmissions: ServersScenario = {
  name: 'board-submissions',
  question: 'What does a score cost that is durable and ranked when it is acknowledged?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 3 + 4 * secondsOfWork(options, WARM_UP_SECONDS),
  method:
    `Time per submission of ${SUBMITTERS} concurrent submitters, each of which sends one after the other. Durable: committed with fsync, ranked in the\n` +
    'sorted set and answered. One by one: a transaction each that does to the ledger what is done for all of a batch. INSERT: the submission alone, a\n' +
    'prepared statement each. ZADD: GT by the same client, neither durable nor ranked.',
  async measure(setting) {
    const stand = await startBoardStand();
    const naive = new Pool({ connectionString: stand.databaseUrl, max: 10 });
    try {
      const { database, engine, leaderboard, batches } = stand;
      const [board, other] = [await stand.newBoard(), await stand.newBoard()];
      await database.query('CREATE TABLE naive (LIKE submissions INCLUDING ALL)');
      const next = () => ({
        submissionId: randomUUID(),
        playerId: randomPlayer(PLAYERS),
        score: Math.floor(Math.random() * 1e9),
      });
      const sides = {
        'durable, ranked': () => leaderboard.submit(board, [next()]),
        'durable, one by one': () => batches.accept(other, [[next()]]),
        'one INSERT each': () => {
          const { submissionId, playerId, score } = next();
          return naive.query({ ...INSERT, values: [board, submissionId, playerId, score] });
        },
        'raw ZADD GT': () => {
          const { playerId, score } = next();
          return commandsOf(engine).zAdd('raw', { value: playerId, score }, { comparison: 'GT' });
        },
      };
      const works = Object.entries(sides).map(([name, submit]) => ({
        name,
        cost: timeOf((submissions) => submitTogether({ submitters: SUBMITTERS, submissions }, submit)),
      }));
      const costs = await costsInTurn(works, setting, WARM_UP_SECONDS);
      const over = 'durable, ranked';
      const rate = 1e6 / costs.middle(over).median;
      return {
        servers: stand.servers,
        tables: [
          tableOfCosts(
            { title: 'time of a submission', header: 'submitters', over },
            new Map([[`${SUBMITTERS}`, costs]]),
          ),
        ],
        figures: [
          { figure: 'durable submissions per second', value: rate },
          figureOf(costs.ratio('raw ZADD GT', over), { figure: 'durable submissions / raw ZADD' }),
          figureOf(costs.ratio('durable, one by one', over), {
            figure: 'durable submissions / the same one by one',
            atLeast: 3,
          }),
          figureOf(costs.ratio('one INSERT each', over), {
            figure: 'durable submissions / one INSERT each',
            atLeast: 1.4,
          }),
        ],
      };
    } finally {
      await naive.end();
      await stand.close();
    }
  },
};
