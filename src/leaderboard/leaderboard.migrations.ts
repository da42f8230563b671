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
];
