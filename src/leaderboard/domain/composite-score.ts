import type { BoardDefinition, ScoreNumbering } from './board.js';

/** Integers up to here are exact in the double of a sorted set. */
const EXACT = 2 ** 53;

/** How many changes a board must be able to order by time before it is renumbered. */
export const FEWEST_ORDERED_CHANGES = 1_000_000;

export type ScoreBounds = Pick<BoardDefinition, 'min' | 'max'>;
export type ScoreOrder = ScoreBounds & ScoreNumbering & Pick<BoardDefinition, 'order'>;

/**
 * Score and order of arrival in one sorted-set score: `(points above the worst) * slotsPerScore + (slotsPerScore - 1 - arrival)`.
 *
 * A better score is always higher, and of equal scores the earlier. It is absolute, so writing it twice does no harm.
 */
export class CompositeScore {
  /** How many changes to the same score can be ordered by time. */
  readonly slotsPerScore: number;

  constructor(private readonly board: ScoreOrder) {
    this.slotsPerScore = orderedChanges(board);
  }

  encode(score: number, version: number): number {
    const { order, min, max, offset, reservedSlots } = this.board;
    const points = order === 'desc' ? score - min : max - score;
    // Never below 0: when all slots of a score are used, later players share the last one and keep their score.
    const slot = Math.max(0, this.slotsPerScore - 1 - (reservedSlots + version - offset));
    return points * this.slotsPerScore + slot;
  }

  decode(composite: number): number {
    const { order, min, max } = this.board;
    const points = (composite - (composite % this.slotsPerScore)) / this.slotsPerScore;
    return order === 'desc' ? min + points : max - points;
  }

  /** Whether a number can be a composite score of this board. */
  has(composite: number): boolean {
    const { min, max } = this.board;
    return Number.isInteger(composite) && composite >= 0 && composite < (max - min + 1) * this.slotsPerScore;
  }

  /** Whether no slot is left for a change to this version: the board must be renumbered first. */
  isExhaustedBy(version: number): boolean {
    return this.board.reservedSlots + version - this.board.offset >= this.slotsPerScore;
  }
}

/** How many changes can be ordered by time within these bounds. */
export function orderedChanges({ min, max }: ScoreBounds): number {
  return Math.floor(EXACT / (max - min + 1));
}

/** What PostgreSQL stores and sorts by: the score, negated where less is better, so that one index serves both orders. */
export function sortKeyOf({ order }: Pick<BoardDefinition, 'order'>, score: number): number {
  return order === 'desc' ? score : -score;
}

export function scoreOf({ order }: Pick<BoardDefinition, 'order'>, sortKey: number): number {
  // Subtracted, since the negative of 0 is -0.
  return order === 'desc' ? sortKey : 0 - sortKey;
}
