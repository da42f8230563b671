import { describe, expect, it } from 'vitest';
import { LeaderboardError } from '../leaderboard.errors.js';
import { type Rules, StandingsDraft } from './standings.js';

const RULES: Rules = { order: 'desc', operator: 'best', min: 0, max: 100 };
const HELD = [{ period: 'all', playerId: 'ada', score: 50, sequence: 1 }];

function take(rules: Partial<Rules>, ...scores: number[]): (number | null)[] {
  const draft = new StandingsDraft({ ...RULES, ...rules }, ['all'], HELD, 1);
  const submissions = scores.map((score, i) => ({ submissionId: String(i), playerId: 'ada', score }));
  return draft.take(submissions, [...submissions.keys()]);
}

function refusalOf(rules: Partial<Rules>, ...scores: number[]): LeaderboardError | undefined {
  try {
    take(rules, ...scores);
    return undefined;
  } catch (error) {
    return error as LeaderboardError;
  }
}

describe('StandingsDraft', () => {
  it('numbers what changes something, and nothing else', () => {
    expect(take({}, 60, 55, 70)).toEqual([2, null, 3]);
    expect(take({ operator: 'latest' }, 60, 60, 55)).toEqual([2, null, 3]);
    expect(take({ operator: 'sum' }, 0, 5)).toEqual([null, 2]);
  });

  it.each([
    ['below them that is no better', {}, -5],
    ['above them that is no better', { order: 'asc' }, 1_000],
    ['below them that leaves the total within', { operator: 'sum' }, -20],
  ] as const)('refuses a score out of bounds: one %s', (_what, rules, score) => {
    expect(refusalOf(rules, score)).toMatchObject({
      code: 'E_SCORE_OUT_OF_BOUNDS',
      errors: [{ field: 'score' }],
    });
  });

  it('refuses a total out of bounds, and names the row', () => {
    expect(refusalOf({ operator: 'sum' }, 50, 1)).toMatchObject({
      message: expect.stringMatching(/^1\.score brings the total outside/),
      errors: [{ field: '1.score' }],
    });
  });
});
