import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompositeScore, orderedChanges, type ScoreOrder } from './composite-score.js';

/** Every kind of bounds, up to bounds that leave slots for a handful of changes. */
const boards = fc
  .record({
    order: fc.constantFrom('desc' as const, 'asc' as const),
    min: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
    range: fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 2 ** 50 })),
    offset: fc.nat(),
    reservedSlots: fc.nat(3),
  })
  .map(({ range, ...board }): ScoreOrder => ({ ...board, max: board.min + range }));

const standings = boards.chain((board) => {
  const standing = fc.record({
    score: fc.integer({ min: board.min, max: board.max }),
    version: fc
      .integer({ min: 1, max: orderedChanges(board) - board.reservedSlots - 1 })
      .map((n) => n + board.offset),
  });
  return fc.tuple(fc.constant(new CompositeScore(board)), fc.constant(board), standing, standing);
});

describe('CompositeScore', () => {
  it('decodes the exact score that was encoded', () => {
    fc.assert(
      fc.property(standings, ([composite, , { score, version }]) => {
        const encoded = composite.encode(score, version);
        expect(Number.isSafeInteger(encoded) && encoded >= 0).toBe(true);
        expect(composite.decode(encoded)).toBe(score);
      }),
    );
  });

  it('is higher for the better score, and for the earlier of equal scores', () => {
    fc.assert(
      fc.property(standings, fc.boolean(), ([composite, { order }, one, two], areEqual) => {
        const other = areEqual ? { ...two, score: one.score } : two;
        fc.pre(one.score !== other.score || one.version !== other.version);
        const better = order === 'desc' ? one.score > other.score : one.score < other.score;
        const isFirst = one.score === other.score ? one.version < other.version : better;
        expect(composite.encode(one.score, one.version) > composite.encode(other.score, other.version)).toBe(
          isFirst,
        );
      }),
    );
  });

  it('reports when no slot is left for another change', () => {
    const board = { order: 'desc', min: 0, max: 2 ** 52 - 1, offset: 10, reservedSlots: 0 } as const;
    expect([11, 12].map((version) => new CompositeScore(board).isExhaustedBy(version))).toEqual([
      false,
      true,
    ]);
  });
});
