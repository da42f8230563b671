import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { median } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SUBMITTERS = 256;
const EACH = Number(process.env['BOARD_SUBMISSIONS'] ?? 40);
/** Fewer, since one transaction each takes long. */
const EACH_ALONE = Math.ceil(EACH / 10);
const ROUNDS = 7;
const PLAYERS = 100_000;

const INSERT = {
  name: 'naive',
  text: 'INSERT INTO naive (board, submission_id, player_id, score) VALUES ($1, $2, $3, $4)',
};

interface Side {
  submit: () => Promise<unknown>;
  each?: number;
}

/** What a score costs that is durable and ranked when it is answered. */
export const boardSubmissions: ServersScenario = {
  name: 'board-submissions',
  question: 'What does a score cost that is durable and ranked when it is acknowledged?',
  needs: 'servers',
  seconds: () => 30,
  method:
    `${SUBMITTERS} submitters, each ${EACH} submissions one after the other, ${ROUNDS} rounds of each side in turn, medians. Durable: committed with fsync, ranked in\n` +
    'the sorted set and answered. One by one: a transaction each that does to the ledger what is done for all of a batch. INSERT: the submission\n' +
    'alone, a prepared statement each. ZADD: GT by the same client, neither durable nor ranked.',
  async measure({ say }) {
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
      const sides: Record<string, Side> = {
        'durable, ranked': { submit: () => leaderboard.submit(board, [next()]) },
        'durable, one by one': {
          each: EACH_ALONE,
          submit: () => batches.accept(other, [[next()]]),
        },
        'one INSERT each': {
          submit: () => {
            const { submissionId, playerId, score } = next();
            return naive.query({ ...INSERT, values: [board, submissionId, playerId, score] });
          },
        },
        'raw ZADD GT': {
          submit: () => {
            const { playerId, score } = next();
            return commandsOf(engine).zAdd('raw', { value: playerId, score }, { comparison: 'GT' });
          },
        },
      };
      say(`${ROUNDS} rounds`);
      const costs = await inTurn(
        Object.values(sides).map(
          ({ submit, each = EACH }) =>
            async () =>
              (await submitTogether({ submitters: SUBMITTERS, each }, submit)) / (SUBMITTERS * each),
        ),
        { rounds: ROUNDS, warmUps: 2 },
      );
      const rates = Object.keys(sides).map((side, i): [string, number] => [side, 1 / median(costs[i] ?? [])]);
      const [durable = NaN, oneByOne = NaN, insert = NaN, zadd = NaN] = rates.map(([, rate]) => rate);
      return {
        servers: stand.servers,
        tables: [
          {
            title: 'submissions per second',
            rows: [
              ['side', 'submissions/s', 'durable / this'],
              ...rates.map(([side, rate]) => [side, rate.toFixed(0), (durable / rate).toFixed(2)]),
            ],
          },
        ],
        figures: [
          { figure: 'durable submissions / raw ZADD', value: durable / zadd },
          { figure: 'durable submissions / the same one by one', value: durable / oneByOne, atLeast: 3 },
          { figure: 'durable submissions / one INSERT each', value: durable / insert, atLeast: 1.4 },
        ],
      };
    } finally {
      await naive.end();
      await stand.close();
    }
  },
};
