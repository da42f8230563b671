import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompositeScore, orderedChanges, type ScoreOrder } from './composite-score.js';

/** Every kind of bounds, up to those that leave room for a handful of changes only. */
const boards = fc
  .record({
    order: fc.constantFrom('desc' as const, 'asc' as const),
    min: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
    range: fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 2 ** 50 })),
    base: fc.nat(),
    headroom: fc.nat(3),
  })
  .map(({ range, ...board }): ScoreOrder => ({ ...board, max: board.min + range }));

const standings = boards.chain((board) => {
  const standing = fc.record({
    score: fc.integer({ min: board.min, max: board.max }),
    sequence: fc
      .integer({ min: 1, max: orderedChanges(board) - board.headroom - 1 })
      .map((n) => n + board.base),
  });
  return fc.tuple(fc.constant(new CompositeScore(board)), fc.constant(board), standing, standing);
});

describe('CompositeScore', () => {
  it('gives back the score, exactly', () => {
    fc.assert(
      fc.property(standings, ([composite, , { score, sequence }]) => {
        const encoded = composite.encode(score, sequence);
        expect(Number.isSafeInteger(encoded) && encoded >= 0).toBe(true);
        expect(composite.decode(encoded)).toBe(score);
      }),
    );
  });

  it('ranks the better score first, and of equal scores the earlier', () => {
    fc.assert(
      fc.property(standings, fc.boolean(), ([composite, { order }, one, two], areEqual) => {
        const other = areEqual ? { ...two, score: one.score } : two;
        fc.pre(one.score !== other.score || one.sequence !== other.sequence);
        const better = order === 'desc' ? one.score > other.score : one.score < other.score;
        const isFirst = one.score === other.score ? one.sequence < other.sequence : better;
        expect(
          composite.encode(one.score, one.sequence) > composite.encode(other.score, other.sequence),
        ).toBe(isFirst);
      }),
    );
  });

  it('says when it cannot order another change', () => {
    const board = { order: 'desc', min: 0, max: 2 ** 52 - 1, base: 10, headroom: 0 } as const;
    expect([11, 12].map((sequence) => new CompositeScore(board).isExhaustedBy(sequence))).toEqual([
      false,
      true,
    ]);
  });
});
