import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCompositeLines } from './composite-lines.js';

const player = fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => !/\p{Cc}/u.test(id));
const lines = fc.array(fc.tuple(fc.nat().map(String), player));

describe('readCompositeLines', () => {
  it('reads the lines that COPY writes, wherever chunks are split', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, cut, players) => {
          const text = rows
            .map(([composite, id]) => `${composite}\t${id.replaceAll('\\', '\\\\')}\n`)
            .join('');
          const bytes = Buffer.from(text);
          async function* chunks() {
            for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
          }
          const read: string[][] = [];
          for await (const members of readCompositeLines(chunks(), players)) read.push(members);
          expect(read.flat()).toEqual(rows.flat());
          expect(read.every(({ length }) => length <= 2 * players)).toBe(true);
        },
      ),
    );
  });
});
