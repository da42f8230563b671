import { randomUUID } from 'node:crypto';
import { inTurn } from './alternating-rounds.js';
import type { Benchmark } from './benchmark.js';
import { randomPlayer, startBoardStand, submitTogether } from './board-stand.js';
import { median } from './statistics.js';

const SUBMITTERS = 256;
const EACH = Number(process.env['BOARD_SUBMISSIONS'] ?? 40);
const ROUNDS = 7;
const PLAYERS = 100_000;

const INSERT = {
  name: 'naive',
  text: 'INSERT INTO naive (board, submission_id, player_id, score) VALUES ($1, $2, $3, $4)',
};

/** What a score costs that is on disk when it is acknowledged. */
export const boardSubmissions: Benchmark = {
  name: 'board-submissions',
  method:
    `${SUBMITTERS} submitters, each ${EACH} submissions one after the other, ${ROUNDS} rounds of each side in turn, medians. Durable: committed with fsync, ranked in\n` +
    'the sorted set and answered. INSERT: the submission alone, a prepared statement each. ZADD: GT by the same client, neither durable nor ranked.',
  async measure(say) {
    const stand = await startBoardStand();
    try {
      const { database, engine, leaderboard } = stand;
      const board = await stand.newBoard();
      await database.query('CREATE TABLE naive (LIKE submissions INCLUDING ALL)');
      const next = () => ({
        submissionId: randomUUID(),
        playerId: randomPlayer(PLAYERS),
        score: Math.floor(Math.random() * 1e9),
      });
      const sides = {
        durable: () => leaderboard.submit(board, [next()]),
        insert: () => {
          const { submissionId, playerId, score } = next();
          return database.query(INSERT, [board, submissionId, playerId, score]);
        },
        zadd: () => {
          const { playerId, score } = next();
          return engine.client.zAdd('raw', { value: playerId, score }, { comparison: 'GT' });
        },
      };
      say(`${ROUNDS} rounds`);
      const costs = await inTurn(
        Object.values(sides).map(
          (submit) => () => submitTogether({ submitters: SUBMITTERS, each: EACH }, submit),
        ),
        { rounds: ROUNDS, warmUps: 2 },
      );
      const [durable = NaN, insert = NaN, zadd = NaN] = costs.map(
        (rounds) => (SUBMITTERS * EACH) / median(rounds),
      );
      const rows = { 'durable, ranked': durable, 'one INSERT each': insert, 'raw ZADD GT': zadd };
      return {
        servers: stand.servers,
        table: [
          ['side', 'submissions/s', 'durable / this'],
          ...Object.entries(rows).map(([side, rate]) => [side, rate.toFixed(0), (durable / rate).toFixed(2)]),
        ],
        goals: [
          { figure: 'durable submissions / raw ZADD', value: durable / zadd, atLeast: 0.35 },
          { figure: 'durable submissions / one INSERT each', value: durable / insert, atLeast: 3 },
        ],
      };
    } finally {
      await stand.close();
    }
  },
};
