import {
  bannedPlayers,
  LeaderboardError,
  submissionConflict,
  unrankedPlayer,
} from '../leaderboard.errors.js';
import type { BoardDefinition, LedgerSubmission, Metadata } from './board.js';

/** A player's score in a period, and the version of the board at which it became that. */
export interface Standing {
  period: string;
  playerId: string;
  score: number;
  version: number;
  /** What came with the score. Only a standing that a batch changes has it here. */
  metadata?: Metadata | undefined;
}

/** Where a submission is in the ledger, and where its recorded answer is. */
export interface BatchRow {
  batch: number;
  row: number;
}

/** A submission of the ledger. Player and score are null once the player was removed. */
export interface KnownSubmission extends BatchRow {
  playerId: string | null;
  score: number | null;
  isAdjustment: boolean;
}

/** A submission that the ledger did not have. `version` is null if it changed no standing. */
export interface NewSubmission extends BatchRow, LedgerSubmission {
  version: number | null;
}

export interface AcceptedSubmission extends BatchRow {
  submissionId: string;
  playerId: string;
  /** Whether it is new and changed a standing. */
  applied: boolean;
}

export type Rules = Pick<BoardDefinition, 'order' | 'operator' | 'min' | 'max'> & { board: string };

/** What a board has before a batch, as far as the batch concerns it. */
interface Before {
  batch: number;
  version: number;
  standings: readonly Standing[];
  /** By submission id. */
  submissions: Map<string, KnownSubmission>;
  /** Those of its players who may not be on the board. */
  banned: ReadonlySet<string>;
}

/**
 * Decides what a batch changes. Each submission that changes a standing takes the next version. A score that stays as it was keeps its
 * place among equal scores.
 */
export class BatchDraft {
  version: number;
  readonly rows: NewSubmission[] = [];
  private readonly standings = new Map<string, Standing>();
  private readonly changes = new Map<string, Standing>();
  private readonly newcomers = new Set<string>();

  constructor(
    private readonly rules: Rules,
    private readonly periods: readonly string[],
    private readonly before: Before,
  ) {
    this.version = before.version;
    for (const standing of before.standings) {
      this.standings.set(keyOf(standing.period, standing.playerId), standing);
    }
  }

  get changed(): Standing[] {
    return [...this.changes.values()];
  }

  /** How many players had no score on the board before. */
  get joined(): number {
    return this.newcomers.size;
  }

  scoreOf(playerId: string): number {
    return this.standings.get(keyOf('all', playerId))?.score ?? 0;
  }

  /** Accepts the submissions of one caller, or returns why it rejected all of them. */
  accept(submissions: readonly LedgerSubmission[]): AcceptedSubmission[] | LeaderboardError {
    try {
      return this.add(submissions);
    } catch (error) {
      if (error instanceof LeaderboardError) return error;
      throw error;
    }
  }

  private add(submissions: readonly LedgerSubmission[]): AcceptedSubmission[] {
    const { batch, submissions: known, banned } = this.before;
    const fresh = newAmong(submissions, known);
    const refused = fresh.filter((row) => banned.has(submissions[row]?.playerId ?? ''));
    if (refused.length > 0) throw bannedPlayers(submissions.length, refused);
    const versions = this.changeStandings(submissions, fresh);
    for (const [n, i] of fresh.entries()) {
      const submission = submissions[i] as LedgerSubmission;
      const place = { batch, row: this.rows.length };
      this.rows.push({ ...submission, ...place, version: versions[n] ?? null });
      known.set(submission.submissionId, { ...submission, ...place, isAdjustment: isAdjustment(submission) });
    }
    const applied = new Set(fresh.filter((_, n) => versions[n] !== null));
    return submissions.map(({ submissionId, playerId }, i) => {
      const { batch: of, row } = known.get(submissionId) as KnownSubmission;
      return { submissionId, playerId, batch: of, row, applied: applied.has(i) };
    });
  }

  /** @returns the version of each of these rows, null for those that changed nothing. */
  private changeStandings(
    submissions: readonly LedgerSubmission[],
    rows: readonly number[],
  ): (number | null)[] {
    const own = new Map<string, Standing>();
    let { version } = this;
    const versions = rows.map((row) => {
      const submission = submissions[row] as LedgerSubmission;
      const field = submissions.length > 1 ? `${row}.score` : 'score';
      if (!isAdjustment(submission)) this.rejectOutOfBounds(submission.score, field, 'is');
      const changes = this.changesOf(submission, version + 1, own);
      for (const { period, score } of changes) {
        const total = period === 'all' ? 'the total' : `the total of ${period}`;
        this.rejectOutOfBounds(score, field, `brings ${total}`);
      }
      for (const change of changes) own.set(keyOf(change.period, change.playerId), change);
      return changes.length > 0 ? ++version : null;
    });
    for (const [key, standing] of own) {
      if (standing.period === 'all' && !this.standings.has(key)) this.newcomers.add(key);
      this.standings.set(key, standing);
      this.changes.set(key, standing);
    }
    this.version = version;
    return versions;
  }

  private changesOf(submission: LedgerSubmission, version: number, own: Map<string, Standing>): Standing[] {
    const { playerId, score, metadata } = submission;
    const isCorrected = isAdjustment(submission);
    return this.periods.flatMap((period) => {
      const key = keyOf(period, playerId);
      const held = (own.get(key) ?? this.standings.get(key))?.score;
      if (held === undefined && isCorrected) {
        if (period === 'all') throw unrankedPlayer(this.rules.board, playerId);
        return [];
      }
      const operator = isCorrected ? 'sum' : this.rules.operator;
      const combined = held === undefined ? score : combine({ ...this.rules, operator }, held, score);
      const next = isCorrected && period !== 'all' ? this.withinBounds(combined) : combined;
      return next === held ? [] : [{ period, playerId, score: next, version, ...(metadata && { metadata }) }];
    });
  }

  /** A shorter window may hold less than a correction takes away. It stops at the bound, so that the total can be corrected. */
  private withinBounds(score: number): number {
    const { min, max } = this.rules;
    return Math.min(Math.max(score, min), max);
  }

  private rejectOutOfBounds(score: number, field: string, what: string): void {
    const { min, max } = this.rules;
    if (score >= min && score <= max) return;
    const message = `${what} outside this board’s bounds, ${min} to ${max}`;
    throw new LeaderboardError('E_SCORE_OUT_OF_BOUNDS', `${field} ${message}. Nothing was applied.`, [
      { field, message },
    ]);
  }
}

/** The new ones among a caller's submissions, by index. @throws {LeaderboardError} E_SUBMISSION_CONFLICT */
function newAmong(
  submissions: readonly LedgerSubmission[],
  known: ReadonlyMap<string, KnownSubmission>,
): number[] {
  const firstOf = new Map<string, LedgerSubmission>();
  const conflicting: number[] = [];
  const fresh = submissions.flatMap((submission, i) => {
    const { submissionId } = submission;
    const seen = firstOf.get(submissionId) ?? known.get(submissionId);
    if (seen && !isRepeat(submission, seen)) conflicting.push(i);
    if (seen) return [];
    firstOf.set(submissionId, submission);
    return [i];
  });
  if (conflicting.length > 0) throw submissionConflict(submissions.length, conflicting);
  return fresh;
}

/** Of a removed player the ledger has only the submission ids. Anything sent with one of them is a repeat, so that it cannot count twice. */
function isRepeat(submission: LedgerSubmission, seen: KnownSubmission | LedgerSubmission): boolean {
  if (seen.playerId === null) return true;
  const wasAdjustment = 'isAdjustment' in seen ? seen.isAdjustment : isAdjustment(seen);
  const { playerId, score } = submission;
  return seen.playerId === playerId && seen.score === score && wasAdjustment === isAdjustment(submission);
}

function isAdjustment({ reason }: LedgerSubmission): boolean {
  return reason !== undefined;
}

function combine({ operator, order }: Rules, held: number, score: number): number {
  if (operator === 'sum') return held + score;
  if (operator === 'latest') return score;
  return order === 'desc' ? Math.max(held, score) : Math.min(held, score);
}

/** Neither part has control characters. */
function keyOf(period: string, playerId: string): string {
  return `${period}\n${playerId}`;
}
