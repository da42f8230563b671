/** The ledger's tables. Steps are only ever added. */
export const LEADERBOARD_MIGRATIONS = [
  `CREATE TABLE boards (
     board text PRIMARY KEY,
     min_score bigint NOT NULL,
     max_score bigint NOT NULL,
     -- Grows by one with every standing that changes, without gaps: orders ties, and is the version viewers see.
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
     -- The answer as it was given, so that a repeat gets the same; null until the engine has ranked it.
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
     -- Never goes back, so that periods end in the order of sequences whichever node's clock was asked.
     ADD COLUMN accepted_at timestamptz NOT NULL DEFAULT '-infinity',
     -- Days, weeks and months that have standings: those going on, and those that are over and still to be cleared away.
     ADD COLUMN periods text[] NOT NULL DEFAULT '{}',
     ADD COLUMN ended_periods text[] NOT NULL DEFAULT '{}',
     -- Of which board in the world the engine's copy is one; beside the database's system identifier.
     ADD COLUMN incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
     -- Grows when the sorted sets cannot be brought up to date by replaying, only by rebuilding.
     ADD COLUMN edition bigint NOT NULL DEFAULT 0,
     -- See composite-score.ts.
     ADD COLUMN base bigint NOT NULL DEFAULT 0,
     ADD COLUMN headroom bigint NOT NULL DEFAULT 0;
   -- A batch holds its board's row, and boards stay: a foreign key would look that up again for every row.
   ALTER TABLE submissions DROP CONSTRAINT submissions_board_fkey;
   ALTER TABLE submissions
     -- null once the player is forgotten: the id stays used.
     ALTER COLUMN player_id DROP NOT NULL,
     ALTER COLUMN score DROP NOT NULL,
     -- null if it changed nothing.
     ADD COLUMN sequence bigint,
     ADD COLUMN batch bigint NOT NULL DEFAULT 0,
     ADD COLUMN row_in_batch integer NOT NULL DEFAULT 0,
     DROP COLUMN answered_score, DROP COLUMN answered_rank, DROP COLUMN answered_previous_rank;
   CREATE INDEX submissions_by_player ON submissions (player_id);
   -- What was answered, one row per batch, so that a repeat gets the same. Ranks are null where none could be told.
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
   -- The score, negated where less is better, so that one index serves both orders.
   ALTER TABLE standings RENAME COLUMN score TO merit;
   ALTER TABLE standings ADD PRIMARY KEY (board, player_id, period);
   CREATE INDEX standings_by_sequence ON standings (board, sequence);
   CREATE INDEX standings_by_rank ON standings (board, period, merit DESC, sequence);
   UPDATE boards SET players = (SELECT count(*) FROM standings WHERE standings.board = boards.board);`,
  // Statistics of which boards there were make the planner believe that a board which is new since has one row at most, and then it reads
  // all of that board for each player it looks up. Without any it takes boards for large. Stating the type anew drops those there are.
  `ALTER TABLE standings ALTER COLUMN board TYPE text, ALTER COLUMN board SET STATISTICS 0;`,
  // Whose submission took the newest sequence, and when; see board.ts.
  `ALTER TABLE boards ADD COLUMN mark text NOT NULL DEFAULT '';`,
  // Also answers on which boards a player is, by one look-up for each of them.
  `CREATE INDEX submissions_by_player_and_board ON submissions (player_id, board);
   DROP INDEX submissions_by_player;`,
];
