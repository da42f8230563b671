/** Whole numbers are exact in a sorted set's double up to here. */
const EXACT = 2 ** 53;

/** How many changes a board must be able to order by time before ties of equal scores stop being exact. */
export const FEWEST_ORDERED_CHANGES = 1_000_000;

export interface ScoreBounds {
  min: number;
  max: number;
}

/**
 * Score and order of arrival in one sorted-set score: `(score - min) * span + (span - 1 - sequence)`.
 *
 * A higher score is always higher; of equal scores the earlier is. Being absolute, it can be written twice, or in any
 * order with `ZADD GT`, to the same effect. From `span` changes on, later equal scores tie.
 */
export class CompositeScore {
  private readonly span: number;

  constructor(private readonly bounds: ScoreBounds) {
    this.span = orderedChanges(bounds);
  }

  encode(score: number, sequence: number): number {
    return (score - this.bounds.min) * this.span + Math.max(0, this.span - 1 - sequence);
  }

  decode(composite: number): number {
    return Math.floor(composite / this.span) + this.bounds.min;
  }
}

/** How many changes bounds leave room to order. */
export function orderedChanges({ min, max }: ScoreBounds): number {
  return Math.floor(EXACT / (max - min + 1));
}
