import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../database/index.js';
import { LeaderboardError } from './leaderboard.errors.js';
import type { BoardDefinition, PlayerProfile, Submission } from './leaderboard.schemas.js';
import { keepBest, type Standing } from './standings.js';

/** A board and how far its ledger has come. */
export interface Board {
  board: string;
  min: number;
  max: number;
  sequence: number;
  players: number;
}

/** What was answered to a submission, so that a repeat gets the same. */
export interface RememberedAnswer {
  submissionId: string;
  score: number;
  rank: number;
  previousRank: number | null;
}

/** What one batch did to the ledger. */
export interface Acceptance {
  /** The board's sequence before and after. */
  before: number;
  after: number;
  bounds: { min: number; max: number };
  changed: Standing[];
  applied: Set<string>;
  /** Best scores afterwards, of every player in the batch. */
  bestScores: Map<string, number>;
  /** Submissions seen before, with what was answered then if it is known. */
  repeats: Map<string, RememberedAnswer | null>;
}

interface SubmissionRow {
  submission_id: string;
  player_id: string;
  score: string;
  answered_score: string | null;
  answered_rank: string | null;
  answered_previous_rank: string | null;
}

interface StandingRow {
  player_id: string;
  score: string;
  sequence: string;
}

interface BoardRow {
  board: string;
  min_score: string;
  max_score: string;
  sequence: string;
  players: string;
}

/** The truth about every score, in PostgreSQL. The sorted sets are its projection. */
@Injectable()
export class LeaderboardLedger {
  constructor(private readonly database: Database) {}

  /** Creates a board, or confirms one that is the same. @throws {LeaderboardError} E_BOARD_EXISTS if it differs. */
  async defineBoard(board: string, { min, max }: BoardDefinition): Promise<void> {
    const [row] = await this.database.query<{ min_score: string; max_score: string }>(
      `INSERT INTO boards (board, min_score, max_score) VALUES ($1, $2, $3)
       ON CONFLICT (board) DO UPDATE SET board = excluded.board
       RETURNING min_score, max_score`,
      [board, min, max],
    );
    if (Number(row?.min_score) !== min || Number(row?.max_score) !== max) {
      throw new LeaderboardError(
        'E_BOARD_EXISTS',
        `The board "${board}" exists with bounds ${row?.min_score} to ${row?.max_score}. Use those, or another name.`,
      );
    }
  }

  async boards(): Promise<Board[]> {
    const rows = await this.database.query<BoardRow>(
      `SELECT board, min_score, max_score, sequence,
              (SELECT count(*) FROM standings WHERE standings.board = boards.board) AS players
       FROM boards ORDER BY board`,
    );
    return rows.map(readBoard);
  }

  /** @throws {LeaderboardError} E_BOARD_UNKNOWN */
  async board(board: string): Promise<Board> {
    const [row] = await this.database.query<BoardRow>(
      'SELECT board, min_score, max_score, sequence, 0 AS players FROM boards WHERE board = $1',
      [board],
    );
    if (!row) throw unknownBoard(board);
    return readBoard(row);
  }

  /**
   * Takes a batch as a whole or not at all, in one transaction. The board's row is locked first, so sequences are
   * committed in their order: a reader who has seen one has seen all before it.
   */
  accept(board: string, submissions: Submission[]): Promise<Acceptance> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ sequence: string; min_score: string; max_score: string }>(
        'SELECT sequence, min_score, max_score FROM boards WHERE board = $1 FOR UPDATE',
        [board],
      );
      if (!row) throw unknownBoard(board);
      const bounds = { min: Number(row.min_score), max: Number(row.max_score) };
      refuseOutOfBounds(submissions, bounds);

      const before = Number(row.sequence);
      const { fresh, repeats } = await record(transaction, board, submissions);
      const held = await standingsOf(transaction, board, [
        ...new Set(submissions.map(({ playerId }) => playerId)),
      ]);
      const { changed, applied, bestScores } = keepBest(held, fresh, before);
      const after = before + applied.size;
      if (changed.length > 0) await writeStandings(transaction, board, changed, after);
      return { before, after, bounds, changed, applied, bestScores, repeats };
    });
  }

  async rememberAnswers(board: string, answers: RememberedAnswer[]): Promise<void> {
    await this.database.query(
      `UPDATE submissions SET answered_score = a.score, answered_rank = a.rank, answered_previous_rank = a.previous
       FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS a(id, score, rank, previous)
       WHERE board = $1 AND submission_id = a.id AND answered_rank IS NULL`,
      [
        board,
        answers.map(({ submissionId }) => submissionId),
        answers.map(({ score }) => score),
        answers.map(({ rank }) => rank),
        answers.map(({ previousRank }) => previousRank),
      ],
    );
  }

  /** Standings that changed after `sequence`, in the order they did. */
  async changedSince(board: string, sequence: number, limit: number): Promise<Standing[]> {
    const rows = await this.database.query<StandingRow>(
      `SELECT player_id, score, sequence FROM standings
       WHERE board = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
      [board, sequence, limit],
    );
    return rows.map(readStanding);
  }

  /** A page in rank order, for when the engine cannot answer. */
  async page(board: string, offset: number, limit: number): Promise<Standing[]> {
    const rows = await this.database.query<StandingRow>(
      `SELECT player_id, score, sequence FROM standings
       WHERE board = $1 ORDER BY score DESC, sequence OFFSET $2 LIMIT $3`,
      [board, offset, limit],
    );
    return rows.map(readStanding);
  }

  async countPlayers(board: string): Promise<number> {
    const [row] = await this.database.query<{ players: string }>(
      'SELECT count(*) AS players FROM standings WHERE board = $1',
      [board],
    );
    return Number(row?.players ?? 0);
  }

  async saveProfile(playerId: string, { name, country }: PlayerProfile): Promise<void> {
    await this.database.query(
      `INSERT INTO players (player_id, name, country) VALUES ($1, $2, $3)
       ON CONFLICT (player_id) DO UPDATE SET name = excluded.name, country = excluded.country`,
      [playerId, name, country ?? null],
    );
  }

  async namesOf(playerIds: string[]): Promise<Map<string, string>> {
    const rows = await this.database.query<{ player_id: string; name: string }>(
      'SELECT player_id, name FROM players WHERE player_id = ANY($1)',
      [playerIds],
    );
    return new Map(rows.map(({ player_id, name }) => [player_id, name]));
  }
}

function refuseOutOfBounds(submissions: Submission[], { min, max }: { min: number; max: number }): void {
  const wrong = submissions.findIndex(({ score }) => score < min || score > max);
  if (wrong === -1) return;
  throw new LeaderboardError(
    'E_SCORE_OUT_OF_BOUNDS',
    `${submissions.length > 1 ? `${wrong}.` : ''}score is outside this board’s bounds, ${min} to ${max}. Nothing was applied.`,
  );
}

async function record(transaction: Queryable, board: string, submissions: Submission[]) {
  const inserted = await transaction.query<{ submission_id: string }>(
    `INSERT INTO submissions (board, submission_id, player_id, score)
     SELECT $1, id, player, score FROM unnest($2::text[], $3::text[], $4::bigint[]) AS s(id, player, score)
     ON CONFLICT DO NOTHING RETURNING submission_id`,
    [
      board,
      submissions.map(({ submissionId }) => submissionId),
      submissions.map(({ playerId }) => playerId),
      submissions.map(({ score }) => score),
    ],
  );
  const unclaimed = new Set(inserted.map(({ submission_id }) => submission_id));
  const fresh = submissions.filter(({ submissionId }) => unclaimed.delete(submissionId));
  if (fresh.length === submissions.length)
    return { fresh, repeats: new Map<string, RememberedAnswer | null>() };

  const known = await transaction.query<SubmissionRow>(
    `SELECT submission_id, player_id, score, answered_score, answered_rank, answered_previous_rank
     FROM submissions WHERE board = $1 AND submission_id = ANY($2)`,
    [board, submissions.map(({ submissionId }) => submissionId)],
  );
  const byId = new Map(known.map((row) => [row.submission_id, row]));
  for (const { submissionId, playerId, score } of submissions) {
    const row = byId.get(submissionId);
    if (row?.player_id !== playerId || Number(row.score) !== score) {
      throw new LeaderboardError(
        'E_SUBMISSION_CONFLICT',
        `The submission "${submissionId}" was made before with another player or score. Give each its own id. Nothing was applied.`,
      );
    }
  }
  const isFresh = new Set(fresh.map(({ submissionId }) => submissionId));
  const repeats = new Map(
    known.filter((row) => !isFresh.has(row.submission_id)).map((row) => [row.submission_id, readAnswer(row)]),
  );
  return { fresh, repeats };
}

async function standingsOf(transaction: Queryable, board: string, playerIds: string[]): Promise<Standing[]> {
  const rows = await transaction.query<StandingRow>(
    'SELECT player_id, score, sequence FROM standings WHERE board = $1 AND player_id = ANY($2)',
    [board, playerIds],
  );
  return rows.map(readStanding);
}

async function writeStandings(transaction: Queryable, board: string, changed: Standing[], sequence: number) {
  await transaction.query(
    `INSERT INTO standings (board, player_id, score, sequence)
     SELECT $1, player, score, sequence FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS s(player, score, sequence)
     ON CONFLICT (board, player_id) DO UPDATE SET score = excluded.score, sequence = excluded.sequence`,
    [
      board,
      changed.map(({ playerId }) => playerId),
      changed.map(({ score }) => score),
      changed.map((standing) => standing.sequence),
    ],
  );
  await transaction.query('UPDATE boards SET sequence = $2 WHERE board = $1', [board, sequence]);
}

function readBoard({ board, min_score, max_score, sequence, players }: BoardRow): Board {
  return {
    board,
    min: Number(min_score),
    max: Number(max_score),
    sequence: Number(sequence),
    players: Number(players),
  };
}

function readStanding({ player_id, score, sequence }: StandingRow): Standing {
  return { playerId: player_id, score: Number(score), sequence: Number(sequence) };
}

function readAnswer(row: SubmissionRow): RememberedAnswer | null {
  if (row.answered_score === null || row.answered_rank === null) return null;
  return {
    submissionId: row.submission_id,
    score: Number(row.answered_score),
    rank: Number(row.answered_rank),
    previousRank: row.answered_previous_rank === null ? null : Number(row.answered_previous_rank),
  };
}

function unknownBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_UNKNOWN',
    `There is no board "${board}". GET /api/leaderboards lists them; PUT /api/leaderboards/${board} makes it.`,
  );
}
