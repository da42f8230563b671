import { quantile } from './statistics.js';

/** A ratio below this is no gain that a user would notice, and one that another run on the same machine may not show again. */
export const NOTICEABLE = 1.2;
const CONFIDENCE = 0.95;

/** An interval that contains the true median with a probability of `confidence`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** The median of the rounds. */
export interface Middle extends Interval {
  readonly median: number;
}

/** How much better one side is than another: a ratio of two medians, 2 means twice as good. */
export interface Gain extends Middle {
  readonly verdict: 'better' | 'worse' | 'no difference';
}

/**
 * The gain from the ratios of rounds that were measured one after the other. A verdict is given only if the whole interval is beyond
 * {@link NOTICEABLE}: a repetition then gives the same verdict. Fewer than six ratios give none.
 */
export function gainOf(ratios: readonly number[]): Gain {
  const middle = middleOf(ratios);
  const { low, high, confidence } = middle;
  const certain = isCertain({ confidence });
  const verdict =
    certain && low > NOTICEABLE ? 'better' : certain && high < 1 / NOTICEABLE ? 'worse' : 'no difference';
  return { ...middle, verdict };
}

export function middleOf(values: readonly number[]): Middle {
  return { median: quantile(values, 0.5), ...medianInterval(values) };
}

/** Whether there were enough rounds for a verdict. */
export function isCertain({ confidence }: Pick<Interval, 'confidence'>): boolean {
  return confidence >= CONFIDENCE;
}

/**
 * The narrowest interval between two of the values that contains the median with a probability of at least 95%, or else all of them. It
 * assumes nothing about the distribution: each value is above the median with a probability of one half.
 *
 * Source: H. A. David, H. N. Nagaraja, Order Statistics, section 7.1
 */
function medianInterval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).toSorted();
  const { length } = sorted;
  let without = 0;
  while (2 * (without + 1) < length && confidenceWithout(without + 1, length) >= CONFIDENCE) without++;
  const [low = Number.NaN, high = Number.NaN] = [sorted[without], sorted[length - 1 - without]];
  return { low, high, confidence: confidenceWithout(without, length) };
}

/** The probability that the median is between the values that remain without the lowest and the highest ones. */
function confidenceWithout(lowest: number, count: number): number {
  let ways = 1;
  let outside = 0;
  for (let below = 0; below <= lowest; below++) {
    outside += ways;
    ways = (ways * (count - below)) / (below + 1);
  }
  return 1 - (2 * outside) / 2 ** count;
}
