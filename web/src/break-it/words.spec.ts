import { describe, expect, it } from 'vitest';
import { describePromotion, describeRequests, describeScores } from './words.js';

describe('the words for a run', () => {
  it('say how long a promotion took', () => {
    const promotion = { lost: 'primary', how: 'killed', promoted: 'replica-1', afterMs: 1640 } as const;
    expect(describePromotion(promotion)).toBe('replica-1 was promoted 1.6 s after primary stopped.');
  });

  it.each([
    [{ ok: 60, failed: 0, hung: 0 }, 'All 60 requests were answered.'],
    [{ ok: 55, failed: 2, hung: 3 }, 'Of 60 requests, 2 failed and 3 had no answer within 0.9 s.'],
  ])('count the requests of %j', (tally, words) => {
    expect(describeRequests(tally, 900)).toBe(words);
  });

  it.each([
    [{ acknowledged: 58, found: 58 }, 'Scores acknowledged: 58, on the board: 58, lost: 0.'],
    [{ acknowledged: 58, found: 55 }, 'Scores acknowledged: 58, on the board: 55, lost: 3.'],
    [{ acknowledged: 58, found: null }, 'Scores acknowledged: 58. The board cannot be read now.'],
  ])('compare the scores of %j', (check, words) => {
    expect(describeScores(check)).toBe(words);
  });
});
