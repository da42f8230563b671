const CRLF = '\r\n';

/**
 * Splits what a server sends into replies and pushes, of RESP 2 and RESP 3.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class ReplyFrames {
  private rest: Buffer = Buffer.alloc(0);

  /** Returns the bytes of each reply that is complete now. */
  push(chunk: Buffer): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const frames = [];
    let start = 0;
    for (let end = endOfValue(this.rest, start); end !== undefined; end = endOfValue(this.rest, start)) {
      frames.push(this.rest.subarray(start, end));
      start = end;
    }
    this.rest = this.rest.subarray(start);
    return frames;
  }

  /** Returns the bytes of an incomplete reply, and forgets them. */
  flush(): Buffer {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    return rest;
  }
}

/** Where the value that begins at `start` ends. Undefined if it is not complete. */
function endOfValue(buffer: Buffer, start: number): number | undefined {
  const lineEnd = buffer.indexOf(CRLF, start);
  if (lineEnd === -1) return undefined;
  const end = lineEnd + CRLF.length;
  const count = () => Number(buffer.toString('latin1', start + 1, lineEnd));
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '$':
    case '=':
    case '!':
      return endOfBytes(buffer, end, count());
    case '*':
    case '~':
    case '>':
      return endOfValues(buffer, end, count());
    case '%':
      return endOfValues(buffer, end, 2 * count());
    case '|':
      // Attributes are followed by the value that they describe.
      return endOfValues(buffer, end, 2 * count() + 1);
    default:
      return end;
  }
}

/** A negative length stands for null. */
function endOfBytes(buffer: Buffer, start: number, length: number): number | undefined {
  if (length < 0) return start;
  const end = start + length + CRLF.length;
  return end <= buffer.length ? end : undefined;
}

function endOfValues(buffer: Buffer, start: number, count: number): number | undefined {
  let end: number | undefined = start;
  for (let left = count; left > 0 && end !== undefined; left--) end = endOfValue(buffer, end);
  return end;
}
