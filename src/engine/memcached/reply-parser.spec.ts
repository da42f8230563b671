import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedReplyError, type MemcachedReply, ReplyParser } from './reply-parser.js';

const NUMBER_OF_RUNS = 1_000;

/** Any bytes, and often those that look like the protocol. */
const anyValue = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fc.constantFrom('\r\n', 'END\r\n', 'VALUE a 0 1\r\n', 'ERROR\r\n', '\r', '\n', 'x')).map(toBuffer),
);
const anyLine = fc.constantFrom(
  'STORED',
  'NOT_STORED',
  'NOT_FOUND',
  'DELETED',
  'TOUCHED',
  'OK',
  'VERSION 1.6.18',
);
const anyError = fc.constantFrom(
  'ERROR',
  'CLIENT_ERROR bad command line format',
  'SERVER_ERROR out of memory storing object',
  'SERVER_ERROR object too large for cache',
);
const anyReply: fc.Arbitrary<MemcachedReply> = fc.oneof(
  anyLine.map((line) => ({ kind: 'line' as const, line })),
  anyError.map((line) => ({ kind: 'error' as const, line })),
  fc.option(anyValue).map((value) => ({ kind: 'value' as const, value })),
);

function toBuffer(parts: string[]): Buffer {
  return Buffer.from(parts.join(''));
}

function encode(reply: MemcachedReply): Buffer {
  if (reply.kind !== 'value') return Buffer.from(`${reply.line}\r\n`);
  if (!reply.value) return Buffer.from('END\r\n');
  const head = Buffer.from(`VALUE key 0 ${reply.value.length}\r\n`);
  return Buffer.concat([head, reply.value, Buffer.from('\r\nEND\r\n')]);
}

/** Splits the bytes at these positions, modulo their length. */
function split(bytes: Buffer, cuts: number[]): Buffer[] {
  const ends = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

/** The replies, and whether the rest could not be read. */
function parse(chunks: Buffer[]): { replies: MemcachedReply[]; isMalformed: boolean } {
  const replies: MemcachedReply[] = [];
  const parser = new ReplyParser((reply) => replies.push(reply));
  try {
    for (const chunk of chunks) parser.push(chunk);
    return { replies, isMalformed: false };
  } catch (error) {
    if (!(error instanceof MalformedReplyError)) throw error;
    return { replies, isMalformed: true };
  }
}

describe('ReplyParser', () => {
  it('reads the same replies however the bytes are split', () => {
    const cuts = fc.array(fc.nat(1_000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(anyReply, { maxLength: 8 }), cuts, (replies, at) => {
        expect(parse(split(Buffer.concat(replies.map(encode)), at))).toEqual({ replies, isMalformed: false });
      }),
      { numRuns: NUMBER_OF_RUNS },
    );
  });

  it('reads the same replies from any bytes, up to the same malformed part, however they are split', () => {
    const cuts = fc.array(fc.nat(1_000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(anyReply, { maxLength: 4 }), anyValue, cuts, (replies, rest, at) => {
        const bytes = Buffer.concat([...replies.map(encode), rest]);
        expect(parse(split(bytes, at))).toEqual(parse([bytes]));
      }),
      { numRuns: NUMBER_OF_RUNS },
    );
  });

  it('reads a value of a megabyte that comes byte by byte at its ends', () => {
    const value = Buffer.alloc(1_048_576, 'END\r\n');
    const bytes = encode({ kind: 'value', value });
    const cuts = Array.from({ length: 40 }, (_, i) => (i < 20 ? i : bytes.length - i + 19));
    const { replies } = parse(split(bytes, cuts));
    expect(replies).toHaveLength(1);
    expect(replies[0]?.kind === 'value' && replies[0].value?.equals(value)).toBe(true);
  });

  it('reads an error in the place of a value', () => {
    const bytes = Buffer.from(
      'VALUE key 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\nEND\r\n',
    );
    expect(parse([bytes]).replies).toEqual([
      { kind: 'error', line: 'SERVER_ERROR out of memory writing get response' },
      { kind: 'value', value: null },
    ]);
  });

  it.each([
    ['of Redis', "-ERR unknown command 'version'\r\n"],
    ['of a web server', 'HTTP/1.1 400 Bad Request\r\n'],
    ['without a line break', 'x'.repeat(3_000)],
    ['with a value that is longer than its size', 'VALUE key 0 1\r\nxyz\r\nEND\r\n'],
    ['with a second value', 'VALUE a 0 1\r\nx\r\nVALUE b 0 1\r\ny\r\nEND\r\n'],
    ['with an impossible size', 'VALUE key 0 -1\r\n'],
  ])('rejects a reply %s', (_what, text) => {
    expect(parse([Buffer.from(text)])).toEqual({ replies: [], isMalformed: true });
  });
});
