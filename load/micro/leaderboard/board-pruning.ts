import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { LeaderboardOptions } from '../../../src/leaderboard/index.js';
import { SubmissionRetention } from '../../../src/leaderboard/past/submission-retention.js';
import { figureOf } from '../../measuring/costs.js';
import { formatMs } from '../../measuring/format.js';
import { gainOf } from '../../measuring/gain.js';
import { Latencies } from '../../measuring/latencies.js';
import { openLoop } from '../../measuring/open-loop.js';
import type { LoadOptions } from '../../options.js';
import type { ServersScenario, Setting } from '../../scenario.js';
import { type BoardStand, randomPlayer, startBoardStand } from './board-stand.js';

const OLD = { quick: 50_000, full: 1_000_000 };
const TURN_SECONDS = { quick: 4, full: 10 };
const WARM_UP_SECONDS = 3;
const CALLS_PER_SECOND = 100;
const SCORES_PER_CALL = 20;
const PLAYERS = 100_000;
const RETENTION_DAYS = 30;
/** The stand itself prunes nothing. */
const NEVER_DAYS = 3_660;
/** One pass deletes what 10 pages hold. */
const PRUNED_PER_SECOND = 6_000;
const STEP = 50_000;
const GOAL = 1.2;

/** Whether the deletion of old submissions delays new ones. */
export const boardPruning: ServersScenario = {
  name: 'board-pruning',
  question: 'Does the deletion of a million old submissions delay new ones?',
  needs: 'servers',
  isLong: true,
  uses: [],
  seconds: (options) => 10 + (oldOf(options) / PRUNED_PER_SECOND) * 2 + oldOf(options) / 30_000,
  method:
    `${CALLS_PER_SECOND} calls a second with ${SCORES_PER_CALL} scores each, at a fixed rate that does not wait for answers: time from when a call was due until its scores are durable and\n` +
    'ranked. Turns with the pruning of a node, a pass each 0.1 s, alternate with turns without, on the same database, until all old submissions are deleted.',
  async measure(setting) {
    const stand = await startBoardStand({ submissionRetentionDays: NEVER_DAYS });
    const client = new Client({ connectionString: stand.databaseUrl });
    try {
      await client.connect();
      setting.say(`stores ${oldOf(setting.options).toLocaleString('en-US')} old submissions`);
      await storeOld(client, oldOf(setting.options));
      return { servers: stand.servers, ...(await measureTurns(stand, client, setting)) };
    } finally {
      await client.end();
      await stand.close();
    }
  },
};

function oldOf({ quick }: LoadOptions): number {
  return quick ? OLD.quick : OLD.full;
}

/** Submissions of 31 days ago and their recorded answers, as after weeks: flushed, vacuumed and analyzed. */
async function storeOld(client: Client, count: number): Promise<void> {
  await client.query(
    `INSERT INTO boards (board, min_score, max_score, sequence) VALUES ('old', 0, 1000000000, $1)`,
    [count + 1],
  );
  for (let from = 1; from <= count; from += STEP) {
    await client.query(
      `INSERT INTO submissions (board, submission_id, player_id, score, sequence, batch, row_in_batch, submitted_at)
       SELECT 'old', gen_random_uuid(), 'p' || lpad((i % ${PLAYERS})::text, 8, '0'), i, i, i / ${SCORES_PER_CALL}, i % ${SCORES_PER_CALL},
              now() - interval '31 days' FROM generate_series($1::bigint, $2::bigint) AS i`,
      [from, Math.min(count, from + STEP - 1)],
    );
  }
  const ranks = `array_fill(1::bigint, ARRAY[${SCORES_PER_CALL}])`;
  await client.query(
    `INSERT INTO answers (board, batch, scores, ranks, previous_ranks, recorded_at)
     SELECT 'old', i, ${ranks}, ${ranks}, ${ranks}, now() - interval '31 days' FROM generate_series(0, $1::bigint) AS i`,
    [Math.floor(count / SCORES_PER_CALL)],
  );
  await client.query('VACUUM (ANALYZE) submissions, answers');
  await client.query('CHECKPOINT');
}

async function countOld(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM submissions WHERE board = 'old')::float8 + (SELECT count(*) FROM answers WHERE board = 'old')::float8 AS count`,
  );
  return rows[0]?.count ?? 0;
}

async function measureTurns(stand: BoardStand, client: Client, { options, signal, say }: Setting) {
  const board = await stand.newBoard();
  const retention = new SubmissionRetention(stand.database, {
    submissionRetentionDays: RETENTION_DAYS,
  } as LeaderboardOptions);
  const seconds = options.quick ? TURN_SECONDS.quick : TURN_SECONDS.full;
  const send = (length: number) => submitFor(length, stand, { board, signal });
  await send(WARM_UP_SECONDS);
  const pruning = { latencies: new Latencies(), p99: [] as number[] };
  const without = { latencies: new Latencies(), p99: [] as number[] };
  let left = await countOld(client);
  let longestPassMs = 0;
  for (let turn = 1; left > 0; turn++) {
    say(`turn ${turn}, ${left.toLocaleString('en-US')} old rows left`);
    for (const side of turn % 2 === 0 ? [pruning, without] : [without, pruning]) {
      const over = new AbortController();
      const pruned = side === pruning ? pruneUntil(over.signal, retention) : 0;
      const latencies = await send(seconds);
      over.abort();
      longestPassMs = Math.max(longestPassMs, await pruned);
      side.latencies.add(latencies);
      side.p99.push(latencies.percentile(99));
    }
    left = await countOld(client);
  }
  const ratios = pruning.p99.map((p99, turn) => p99 / (without.p99[turn] ?? Number.NaN));
  const [p99, p99Without] = [pruning.latencies.percentile(99), without.latencies.percentile(99)];
  return {
    tables: [
      {
        title: 'time of a submission',
        rows: [
          ['turns', '', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms'],
          ['while old submissions are deleted', '', ...percentilesOf(pruning.latencies)],
          ['without', '', ...percentilesOf(without.latencies)],
        ],
      },
    ],
    figures: [
      { figure: 'p99 while pruning / without, of all calls', value: p99 / p99Without, atMost: GOAL },
      figureOf(gainOf(ratios), { figure: 'p99 while pruning / without, of one turn' }),
      { figure: 'seconds of pruning', value: seconds * ratios.length, unit: 's' },
      { figure: 'longest pass of the pruning', value: longestPassMs, unit: 'ms' },
    ],
  };
}

function percentilesOf(latencies: Latencies): string[] {
  return [50, 90, 99, 99.9].map((percentile) => formatMs(latencies.percentile(percentile)));
}

/** Resolves with the longest pass, in milliseconds. */
async function pruneUntil(over: AbortSignal, retention: SubmissionRetention): Promise<number> {
  let longest = 0;
  while (!over.aborted) {
    const beganAt = performance.now();
    const waitMs = await retention.pruneSome();
    longest = Math.max(longest, performance.now() - beganAt);
    await delay(waitMs, undefined, { signal: over }).catch(() => undefined);
  }
  return longest;
}

async function submitFor(
  seconds: number,
  { leaderboard }: BoardStand,
  { board, signal }: { board: string; signal: AbortSignal },
): Promise<Latencies> {
  const latencies = new Latencies();
  const everyMs = 1_000 / CALLS_PER_SECOND;
  await openLoop({ everyMs, times: seconds * CALLS_PER_SECOND, signal }, async (dueAt) => {
    const scores = Array.from({ length: SCORES_PER_CALL }, () => ({
      submissionId: randomUUID(),
      playerId: randomPlayer(PLAYERS),
      score: Math.floor(Math.random() * 1e9),
    }));
    await leaderboard.submit(board, scores);
    latencies.record(performance.now() - dueAt);
  });
  return latencies;
}
