import { describe, expect, it } from 'vitest';
import { LeaderboardError } from '../leaderboard.errors.js';
import { BatchDraft, type Rules } from './batch-draft.js';

const RULES: Rules = { order: 'desc', operator: 'best', min: 0, max: 100 };
const STANDINGS = [{ period: 'all', playerId: 'ada', score: 50, version: 1 }];

function draftOf(rules: Partial<Rules>, ...scores: number[]) {
  const before = { batch: 2, version: 1, standings: STANDINGS, submissions: new Map() };
  const draft = new BatchDraft({ ...RULES, ...rules }, ['all'], before);
  const submissions = scores.map((score, i) => ({ submissionId: String(i), playerId: 'ada', score }));
  return { draft, result: draft.accept(submissions) };
}

const versionsOf = (rules: Partial<Rules>, ...scores: number[]) =>
  draftOf(rules, ...scores).draft.rows.map(({ version }) => version);

describe('BatchDraft', () => {
  it('gives a version to each submission that changes a standing, and to no other', () => {
    expect(versionsOf({}, 60, 55, 70)).toEqual([2, null, 3]);
    expect(versionsOf({ operator: 'latest' }, 60, 60, 55)).toEqual([2, null, 3]);
    expect(versionsOf({ operator: 'sum' }, 0, 5)).toEqual([null, 2]);
  });

  it.each([
    ['below the bounds that would not improve the best', {}, -5],
    ['above the bounds that would not improve the best', { order: 'asc' }, 1_000],
    ['below the bounds that keeps the total within them', { operator: 'sum' }, -20],
  ] as const)('rejects a score %s', (_what, rules, score) => {
    const { draft, result } = draftOf(rules, score);
    expect(result).toBeInstanceOf(LeaderboardError);
    expect(result).toMatchObject({ code: 'E_SCORE_OUT_OF_BOUNDS', errors: [{ field: 'score' }] });
    expect([draft.rows, draft.changed]).toEqual([[], []]);
  });

  it('rejects a total out of bounds and names the row', () => {
    expect(draftOf({ operator: 'sum' }, 50, 1).result).toMatchObject({
      message: expect.stringMatching(/^1\.score brings the total outside/),
      errors: [{ field: '1.score' }],
    });
  });
});
