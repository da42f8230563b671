/** Whole numbers are exact in a sorted set's double up to here. */
const EXACT = 2 ** 53;

/** How many changes a board must be able to order by time before it has to be numbered anew. */
export const FEWEST_ORDERED_CHANGES = 1_000_000;

export interface ScoreBounds {
  min: number;
  max: number;
}

export interface ScoreOrder extends ScoreBounds {
  order: 'desc' | 'asc';
  /** The sequence at which the board was last numbered anew, and how many places of each score are kept for who was there before. */
  base: number;
  headroom: number;
}

/**
 * Score and order of arrival in one sorted-set score: `(points above the worst) * span + (span - 1 - arrival)`.
 *
 * A better score is always higher; of equal scores the earlier is. It is absolute, so writing it twice does no harm.
 */
export class CompositeScore {
  /** Composites of one score: this many. */
  readonly span: number;

  constructor(private readonly board: ScoreOrder) {
    this.span = orderedChanges(board);
  }

  encode(score: number, sequence: number): number {
    const { order, min, max, base, headroom } = this.board;
    const points = order === 'desc' ? score - min : max - score;
    // Never below 0: with every place of a score taken, later equals tie, but nobody falls to another score.
    return points * this.span + Math.max(0, this.span - 1 - (headroom + sequence - base));
  }

  decode(composite: number): number {
    const { order, min, max } = this.board;
    const points = (composite - (composite % this.span)) / this.span;
    return order === 'desc' ? min + points : max - points;
  }

  /** Whether a number can be a composite of this board. */
  has(composite: number): boolean {
    const { min, max } = this.board;
    return Number.isInteger(composite) && composite >= 0 && composite < (max - min + 1) * this.span;
  }

  /** Whether there is no room to order the arrival of this sequence: the board must be numbered anew first. */
  isExhaustedBy(sequence: number): boolean {
    return this.board.headroom + sequence - this.board.base >= this.span;
  }
}

/** How many changes bounds leave room to order. */
export function orderedChanges({ min, max }: ScoreBounds): number {
  return Math.floor(EXACT / (max - min + 1));
}
