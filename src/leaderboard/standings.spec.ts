import { describe, expect, it } from 'vitest';
import { keepBest } from './standings.js';

describe('keepBest', () => {
  it('keeps the highest score of each player and numbers the improvements without gaps', () => {
    const held = [{ playerId: 'ada', score: 10, sequence: 4 }];
    const { changed, applied, bestScores } = keepBest(
      held,
      [
        { submissionId: 'a', playerId: 'ada', score: 10 },
        { submissionId: 'b', playerId: 'grace', score: 7 },
        { submissionId: 'c', playerId: 'ada', score: 11 },
        { submissionId: 'd', playerId: 'grace', score: 3 },
      ],
      4,
    );
    expect(changed).toEqual([
      { playerId: 'grace', score: 7, sequence: 5 },
      { playerId: 'ada', score: 11, sequence: 6 },
    ]);
    expect([...applied]).toEqual(['b', 'c']);
    expect(Object.fromEntries(bestScores)).toEqual({ ada: 11, grace: 7 });
  });

  it('counts a first score even if it is the lowest there can be', () => {
    expect(keepBest([], [{ submissionId: 'a', playerId: 'ada', score: 0 }], 0).changed).toHaveLength(1);
  });
});
