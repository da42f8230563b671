import { LeaderboardError } from '../leaderboard.errors.js';
import type { BoardDefinition, Submission } from '../api/leaderboard.schemas.js';

/** A player's score in a period, and the sequence at which it became that. */
export interface Standing {
  period: string;
  playerId: string;
  score: number;
  sequence: number;
}

export type Rules = Pick<BoardDefinition, 'order' | 'operator' | 'min' | 'max'>;

/**
 * What new submissions, in their order, do to standings. Each submission that changes a standing takes the next sequence
 * number; one that leaves a score as it was keeps its earlier place among equals.
 */
export class StandingsDraft {
  private readonly standings = new Map<string, Standing>();
  private readonly changes = new Map<string, Standing>();
  private readonly newcomers = new Set<string>();

  constructor(
    private readonly rules: Rules,
    private readonly periods: readonly string[],
    held: readonly Standing[],
    private sequenceNow: number,
  ) {
    for (const standing of held) this.standings.set(keyOf(standing.period, standing.playerId), standing);
  }

  get sequence(): number {
    return this.sequenceNow;
  }

  get changed(): Standing[] {
    return [...this.changes.values()];
  }

  /** Players who had no score on the board before. */
  get joined(): number {
    return this.newcomers.size;
  }

  scoreOf(playerId: string): number {
    return this.standings.get(keyOf('all', playerId))?.score ?? 0;
  }

  /**
   * Takes these rows of one caller's submissions as a whole or not at all.
   *
   * @returns the sequence of each row, null for those that changed nothing.
   * @throws {LeaderboardError} E_SCORE_OUT_OF_BOUNDS
   */
  take(submissions: readonly Submission[], rows: readonly number[]): (number | null)[] {
    const own = new Map<string, Standing>();
    let sequence = this.sequenceNow;
    const sequences = rows.map((row) => {
      const submission = submissions[row] as Submission;
      const field = submissions.length > 1 ? `${row}.score` : 'score';
      this.refuseOutOfBounds(submission.score, field, 'is');
      const changes = this.changesOf(submission, sequence + 1, own);
      for (const change of changes) this.refuseOutOfBounds(change.score, field, 'brings the total');
      for (const change of changes) own.set(keyOf(change.period, change.playerId), change);
      return changes.length > 0 ? ++sequence : null;
    });
    for (const [key, standing] of own) {
      if (standing.period === 'all' && !this.standings.has(key)) this.newcomers.add(key);
      this.standings.set(key, standing);
      this.changes.set(key, standing);
    }
    this.sequenceNow = sequence;
    return sequences;
  }

  private changesOf(
    { playerId, score }: Submission,
    sequence: number,
    own: Map<string, Standing>,
  ): Standing[] {
    return this.periods.flatMap((period) => {
      const key = keyOf(period, playerId);
      const held = (own.get(key) ?? this.standings.get(key))?.score;
      const next = held === undefined ? score : combine(this.rules, held, score);
      return next === held ? [] : [{ period, playerId, score: next, sequence }];
    });
  }

  private refuseOutOfBounds(score: number, field: string, what: string): void {
    const { min, max } = this.rules;
    if (score >= min && score <= max) return;
    const message = `${what} outside this board’s bounds, ${min} to ${max}`;
    throw new LeaderboardError('E_SCORE_OUT_OF_BOUNDS', `${field} ${message}. Nothing was applied.`, [
      { field, message },
    ]);
  }
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
