import { type ExperimentResult, hasFailed } from '../report/report.js';
import { answersOf, MissingFigureError } from '../verdict/verdict.js';
import { isOf, type Trial } from './trials.js';

/**
 * Computes the sentences of earlier results again from their figures, since an experiment may have changed them. Claim, method, goals
 * and verdict stay as they were measured. Drops a result without a figure that a sentence needs, so that it is measured again.
 */
export function recomputeAnswers(
  earlier: readonly ExperimentResult[],
  trials: readonly Trial[],
): ExperimentResult[] {
  return earlier.flatMap((result) => {
    const trial = trials.find((one) => isOf(result, one));
    if (!trial || hasFailed(result)) return [result];
    try {
      return [{ ...result, answers: answersOf(trial.experiment, result.figures) }];
    } catch (error) {
      if (error instanceof MissingFigureError) return [];
      throw error;
    }
  });
}
