import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { LeaderboardError } from './leaderboard.errors.js';
import type { BoardDefinition, PlayerProfile, Submission } from './leaderboard.schemas.js';
import {
  readStanding,
  record,
  type RememberedAnswer,
  type StandingRow,
  standingsOf,
  writeStandings,
} from './ledger-batch.js';
import { keepBest, type Standing } from './standings.js';

/** A board and how far its ledger has come. */
export interface Board {
  board: string;
  min: number;
  max: number;
  sequence: number;
  players: number;
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

function readBoard({ board, min_score, max_score, sequence, players }: BoardRow): Board {
  return {
    board,
    min: Number(min_score),
    max: Number(max_score),
    sequence: Number(sequence),
    players: Number(players),
  };
}

function unknownBoard(board: string): LeaderboardError {
  return new LeaderboardError(
    'E_BOARD_UNKNOWN',
    `There is no board "${board}". GET /api/leaderboards lists them; PUT /api/leaderboards/${board} makes it.`,
  );
}
