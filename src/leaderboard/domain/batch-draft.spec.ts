import { describe, expect, it } from 'vitest';
import { LeaderboardError } from '../leaderboard.errors.js';
import { BatchDraft, type Rules } from './batch-draft.js';

const RULES: Rules = { board: 'arena', order: 'desc', operator: 'best', min: 0, max: 100 };
const STANDINGS = [{ period: 'all', playerId: 'ada', score: 50, version: 1 }];

function emptyDraft(rules: Partial<Rules> = {}, periods = ['all'], standings = STANDINGS) {
  const banned = new Set(['eve']);
  const before = { batch: 2, version: 1, standings, submissions: new Map(), banned };
  return new BatchDraft({ ...RULES, ...rules }, periods, before);
}

function draftOf(rules: Partial<Rules>, ...scores: number[]) {
  const draft = emptyDraft(rules);
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

  it('names the window whose total is out of bounds', () => {
    const standings = [{ period: '2026-11', playerId: 'ada', score: 95, version: 1 }];
    const draft = emptyDraft({ operator: 'sum' }, ['all', '2026-11'], standings);
    expect(draft.accept([{ submissionId: 'a', playerId: 'ada', score: 10 }])).toMatchObject({
      message: expect.stringMatching(/^score brings the total of 2026-11 outside/),
    });
  });

  describe('with an adjustment', () => {
    const adjust = (by: number, playerId = 'ada', rules: Partial<Rules> = {}, standings = STANDINGS) => {
      const draft = emptyDraft(rules, ['all', '2026-11'], standings);
      const result = draft.accept([{ submissionId: 'ticket', playerId, score: by, reason: 'a bug' }]);
      return { draft, result };
    };

    it.each(['best', 'sum', 'latest'] as const)('adds to the scores that the player has: %s', (operator) => {
      const { draft, result } = adjust(-20, 'ada', { operator });
      expect(result).toMatchObject([{ applied: true }]);
      expect(draft.changed).toEqual([{ period: 'all', playerId: 'ada', score: 30, version: 2 }]);
    });

    it('stops at the bounds in shorter windows, which do not limit the correction of a total', () => {
      const standings = [...STANDINGS, { period: '2026-11', playerId: 'ada', score: 5, version: 1 }];
      const { draft, result } = adjust(-20, 'ada', { operator: 'sum' }, standings);
      expect(result).toMatchObject([{ applied: true }]);
      expect(draft.changed).toMatchObject([{ score: 30 }, { period: '2026-11', score: 0 }]);
    });

    it('rejects a total out of bounds, and a player without a score', () => {
      expect(adjust(-51).result).toMatchObject({ code: 'E_SCORE_OUT_OF_BOUNDS' });
      expect(adjust(5, 'bob').result).toMatchObject({ code: 'E_PLAYER_NOT_RANKED' });
    });

    it('is not the repeat of a submission with the same id', () => {
      const { draft } = adjust(-20);
      const sent = { submissionId: 'ticket', playerId: 'ada', score: -20 };
      expect(draft.accept([{ ...sent, reason: 'again' }])).toMatchObject([{ applied: false }]);
      expect(draft.accept([sent])).toMatchObject({ code: 'E_SUBMISSION_CONFLICT' });
    });
  });

  it('rejects the rows of banned players', () => {
    const rows = ['ada', 'eve'].map((playerId) => ({ submissionId: playerId, playerId, score: 60 }));
    const draft = emptyDraft();
    expect(draft.accept(rows)).toMatchObject({
      code: 'E_PLAYER_BANNED',
      errors: [{ field: '1.playerId' }],
    });
    expect(draft.rows).toEqual([]);
  });
});
