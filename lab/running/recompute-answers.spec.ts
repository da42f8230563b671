import { describe, expect, it } from 'vitest';
import type { Experiment } from '../experiment.js';
import { failover, resultOf } from '../report/report.fixture.js';
import { recomputeAnswers } from './recompute-answers.js';

const experiment: Experiment = {
  ...failover,
  answers: (worst) => [`${worst('scores: lost')} scores were lost.`],
};
const trials = [{ experiment, topology: 'sentinel' }] as const;
const lost = {
  name: 'scores: lost',
  unit: null,
  values: { module: { median: 0, worst: 2 } },
  goal: null,
  isMet: null,
};

describe('recomputeAnswers', () => {
  it('computes the sentences of a result again from its figures', () => {
    const earlier = resultOf('sentinel', { claim: 'As measured.', answers: ['Earlier.'], figures: [lost] });
    expect(recomputeAnswers([earlier], trials)).toEqual([{ ...earlier, answers: ['2 scores were lost.'] }]);
  });

  it('drops a result without a figure that a sentence needs', () => {
    expect(recomputeAnswers([resultOf('sentinel')], trials)).toEqual([]);
  });

  it('keeps a failed result, and one that this run does not measure', () => {
    const others = [resultOf('sentinel', { figures: [] }), resultOf('cluster')];
    expect(recomputeAnswers(others, trials)).toEqual(others);
  });
});
