import { LEADERBOARD_MIGRATIONS } from '../../../../src/leaderboard/ledger/leaderboard.migrations.js';
import { createDatabase, queryDatabase } from '../../../support/database.js';

/** Those of the release before past windows, seasons and corrections. */
const STEPS = 5;
const BOARD = 'earlier';

/** Creates a database with the tables of an earlier release, and a board of totals with the windows `all` and `monthly`. Returns its URL. */
export async function createEarlierDatabase(): Promise<string> {
  const databaseUrl = await createDatabase();
  const statements = [
    'CREATE TABLE module_migrations (module text PRIMARY KEY, step integer NOT NULL)',
    `INSERT INTO module_migrations VALUES ('leaderboard', ${STEPS})`,
    ...LEADERBOARD_MIGRATIONS.slice(0, STEPS),
    `INSERT INTO boards (board, min_score, max_score, operator, windows) VALUES ('${BOARD}', 0, 1000000, 'sum', '{all,monthly}')`,
  ];
  for (const sql of statements) await queryDatabase(databaseUrl, sql);
  return databaseUrl;
}

/** A batch as that release writes it: the players from `p<first>` to `p<last>` score their numbers. */
export async function writeAsEarlierRelease(
  databaseUrl: string,
  { first, last, at }: { first: number; last: number; at: Date },
): Promise<void> {
  await queryDatabase(
    databaseUrl,
    `WITH batch AS (
       SELECT batches + 1 AS id, to_char($3::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM boards WHERE board = '${BOARD}'
     ), written AS (
       INSERT INTO submissions (board, submission_id, player_id, score, sequence, batch, row_in_batch, submitted_at)
       SELECT '${BOARD}', 's' || i, 'p' || i, i, i, id, i - $1, $3 FROM batch, generate_series($1::int, $2::int) AS i
     ), standing AS (
       INSERT INTO standings (board, period, player_id, merit, sequence)
       SELECT '${BOARD}', period, 'p' || i, i, i FROM batch, unnest(ARRAY['all', month]) AS period, generate_series($1::int, $2::int) AS i
       ON CONFLICT (board, player_id, period) DO UPDATE SET merit = excluded.merit, sequence = excluded.sequence
     )
     UPDATE boards SET sequence = $2, players = players + $2 - $1 + 1, batches = id, accepted_at = $3, periods = ARRAY[month],
       mark = (extract(epoch FROM $3::timestamptz) * 1000)::bigint || ':s' || $2::int,
       ended_periods = ARRAY(SELECT unnest(ended_periods || periods) EXCEPT SELECT month)
     FROM batch WHERE board = '${BOARD}'`,
    [first, last, at],
  );
}
