/** The tables of the ledger. Steps are only added, never changed. */
export const LEADERBOARD_MIGRATIONS = [
  `CREATE TABLE boards (
     board text PRIMARY KEY,
     min_score bigint NOT NULL,
     max_score bigint NOT NULL,
     -- The version: grows by one with every change of a standing, without gaps. Orders equal scores.
     sequence bigint NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT now()
   );
   CREATE TABLE players (
     player_id text PRIMARY KEY,
     name text NOT NULL,
     country char(2)
   );
   CREATE TABLE submissions (
     board text NOT NULL REFERENCES boards,
     submission_id text NOT NULL,
     player_id text NOT NULL,
     score bigint NOT NULL,
     -- The recorded answer, for repeats; null until the engine has ranked it.
     answered_score bigint,
     answered_rank bigint,
     answered_previous_rank bigint,
     submitted_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (board, submission_id)
   );
   CREATE TABLE standings (
     board text NOT NULL REFERENCES boards,
     player_id text NOT NULL,
     score bigint NOT NULL,
     sequence bigint NOT NULL,
     PRIMARY KEY (board, player_id)
   );
   CREATE UNIQUE INDEX standings_by_sequence ON standings (board, sequence);
   CREATE INDEX standings_by_rank ON standings (board, score DESC, sequence);`,
  `ALTER TABLE boards
     ADD COLUMN board_order text NOT NULL DEFAULT 'desc',
     ADD COLUMN operator text NOT NULL DEFAULT 'best',
     ADD COLUMN ties text NOT NULL DEFAULT 'first',
     ADD COLUMN windows text[] NOT NULL DEFAULT '{all}',
     ADD COLUMN players bigint NOT NULL DEFAULT 0,
     ADD COLUMN batches bigint NOT NULL DEFAULT 0,
     -- Never goes back, so that periods end in the order of versions.
     ADD COLUMN accepted_at timestamptz NOT NULL DEFAULT '-infinity',
     -- Days, weeks and months that have standings: the current ones, and the ended ones that are not deleted yet.
     ADD COLUMN periods text[] NOT NULL DEFAULT '{}',
     ADD COLUMN ended_periods text[] NOT NULL DEFAULT '{}',
     -- Identifies the board, together with the database's system identifier.
     ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
     -- The epoch: grows when the sorted sets must be rebuilt, since replaying does not suffice.
     ADD COLUMN edition bigint NOT NULL DEFAULT 0,
     -- See composite-score.ts.
     ADD COLUMN base bigint NOT NULL DEFAULT 0,
     ADD COLUMN headroom bigint NOT NULL DEFAULT 0;
   -- A batch has locked its board's row, and boards are never deleted: a foreign key would look the board up for every row.
   ALTER TABLE submissions DROP CONSTRAINT submissions_board_fkey;
   ALTER TABLE submissions
     -- null once the player is removed: the id stays used.
     ALTER COLUMN player_id DROP NOT NULL,
     ALTER COLUMN score DROP NOT NULL,
     -- null if it changed no standing.
     ADD COLUMN sequence bigint,
     ADD COLUMN batch bigint NOT NULL DEFAULT 0,
     ADD COLUMN row_in_batch integer NOT NULL DEFAULT 0,
     DROP COLUMN answered_score, DROP COLUMN answered_rank, DROP COLUMN answered_previous_rank;
   CREATE INDEX submissions_by_player ON submissions (player_id);
   -- Recorded answers, one row per batch, for repeats. Ranks are null where the engine did not report them.
   CREATE TABLE answers (
     board text NOT NULL,
     batch bigint NOT NULL,
     scores bigint[] NOT NULL,
     ranks bigint[] NOT NULL,
     previous_ranks bigint[] NOT NULL,
     PRIMARY KEY (board, batch)
   );
   ALTER TABLE standings DROP CONSTRAINT standings_board_fkey, DROP CONSTRAINT standings_pkey;
   DROP INDEX standings_by_sequence, standings_by_rank;
   ALTER TABLE standings ADD COLUMN period text NOT NULL DEFAULT 'all';
   ALTER TABLE standings ALTER COLUMN period DROP DEFAULT;
   -- The sort key: the score, negated where less is better, so that one index serves both orders.
   ALTER TABLE standings RENAME COLUMN score TO merit;
   ALTER TABLE standings ADD PRIMARY KEY (board, player_id, period);
   CREATE INDEX standings_by_sequence ON standings (board, sequence);
   CREATE INDEX standings_by_rank ON standings (board, period, merit DESC, sequence);
   UPDATE boards SET players = (SELECT count(*) FROM standings WHERE standings.board = boards.board);`,
  // With statistics the planner believes that a board which is newer than they are has one row at most, and scans all of it for each
  // player. Without them it expects a large board. Re-declaring the type drops the column's statistics.
  `ALTER TABLE standings ALTER COLUMN board TYPE text, ALTER COLUMN board SET STATISTICS 0;`,
  // The checkpoint, see domain/board.ts.
  `ALTER TABLE boards ADD COLUMN mark text NOT NULL DEFAULT '';`,
  // Also finds the boards of a player, with one look-up for each.
  `CREATE INDEX submissions_by_player_and_board ON submissions (player_id, board);
   DROP INDEX submissions_by_player;`,
  `ALTER TABLE boards
     ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
     ADD COLUMN reset_hour smallint NOT NULL DEFAULT 0;
   -- Ended days, weeks and months whose standings are kept and complete. \`boards.ended_periods\` has those that are being deleted.
   CREATE TABLE past_periods (
     board text NOT NULL,
     period text NOT NULL,
     ended_at timestamptz NOT NULL,
     PRIMARY KEY (board, period)
   );`,
  `ALTER TABLE boards ADD COLUMN all_period text NOT NULL DEFAULT 'all';
   -- The name of a closed season; null for a day, week or month.
   ALTER TABLE past_periods ADD COLUMN season text;
   CREATE UNIQUE INDEX past_periods_by_season ON past_periods (board, season);
   -- Answers of a deleted board must not be taken for those of a new board of its name.
   ALTER TABLE boards ALTER COLUMN batches SET DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;`,
  `-- Why an operator adjusted a score; null for the submission of a game server.
   ALTER TABLE submissions ADD COLUMN reason text;
   ALTER TABLE boards ADD COLUMN has_bans boolean NOT NULL DEFAULT false;
   CREATE TABLE bans (
     board text NOT NULL,
     player_id text NOT NULL,
     banned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (board, player_id)
   );`,
  `ALTER TABLE standings
     -- null where an earlier release wrote the standing.
     ADD COLUMN achieved_at timestamptz,
     -- What the game server sent with the score: JSON of at most 256 bytes.
     ADD COLUMN metadata text;`,
  `ALTER TABLE answers ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now();`,
  // Why an operator banned the player; null if none was given, or once the player was removed from all boards.
  `ALTER TABLE bans ADD COLUMN reason text;`,
];
