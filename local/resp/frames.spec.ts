import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandFrames, encodeCommand } from './command-frames.js';
import { ReplyFrames } from './reply-frames.js';

const REPLIES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':1\r\n',
  '$5\r\na\r\nb\n\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*2\r\n$1\r\na\r\n*1\r\n:2\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5\r\n',
  '=6\r\ntxt:ab\r\n',
  '!5\r\nERR a\r\n',
  '%1\r\n+a\r\n*1\r\n$1\r\nb\r\n',
  '~1\r\n:1\r\n',
  '>2\r\n+message\r\n$1\r\na\r\n',
  '|1\r\n+ttl\r\n:3\r\n$1\r\nc\r\n',
];

describe('the frames of RESP', () => {
  it('splits replies at their ends, however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...REPLIES)), chunkSizes, (replies, sizes) => {
        const frames = new ReplyFrames();
        const split = chunksOf(Buffer.from(replies.join('')), sizes).flatMap((chunk) => frames.push(chunk));
        expect(split.map(String)).toEqual(replies);
      }),
    );
  });

  it('splits commands at their ends, however the bytes arrive', () => {
    const command = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(command), chunkSizes, (commands, sizes) => {
        const frames = new CommandFrames();
        const bytes = Buffer.concat(commands.map(encodeCommand));
        const split = chunksOf(bytes, sizes).flatMap((chunk) => frames.push(chunk));
        expect(split.map(({ args }) => args.map(String))).toEqual(commands);
        expect(Buffer.concat(split.map((frame) => frame.bytes))).toEqual(bytes);
      }),
    );
  });

  it('reads commands that were typed as lines', () => {
    const [first, second] = new CommandFrames().push(Buffer.from('PING\r\nset a  b\n'));
    expect(first?.args.map(String)).toEqual(['PING']);
    expect(second?.args.map(String)).toEqual(['set', 'a', 'b']);
  });
});

const chunkSizes = fc.infiniteStream(fc.integer({ min: 1, max: 9 }));

function chunksOf(bytes: Buffer, sizes: Iterable<number>): Buffer[] {
  const chunks = [];
  let start = 0;
  for (const size of sizes) {
    if (start >= bytes.length) break;
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return chunks;
}
