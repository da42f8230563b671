/** A reply of the text protocol. */
export type MemcachedReply =
  /** Of `get` and `config get`. Null is a miss. */
  | { kind: 'value'; value: Buffer | null }
  /** One line, for example `STORED` or `VERSION 1.6.18`. */
  | { kind: 'line'; line: string }
  /** `ERROR`, or `CLIENT_ERROR` or `SERVER_ERROR` with the server's words. */
  | { kind: 'error'; line: string };

/** What the server sent is not a reply to our commands. The rest of the connection cannot be read. */
export class MalformedReplyError extends Error {}

const CRLF = '\r\n';
/** The longest line is an error message. */
const MAX_LINE_BYTES = 2_048;
const LINE = /^(?:STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|VERSION .*)$/;
const ERROR = /^(?:ERROR|(?:CLIENT|SERVER)_ERROR.*)$/;
const VALUE = /^(?:VALUE \S+ \d+|CONFIG \S+ \d+) (\d{1,10})$/;

/**
 * Parses the replies to commands with one key, in the order of the commands.
 *
 * Source: https://github.com/memcached/memcached/blob/master/doc/protocol.txt
 */
export class ReplyParser {
  private chunks: Buffer[] = [];
  private length = 0;
  /** The fewest bytes that complete the next part. Until then nothing is copied. */
  private needed = 1;
  /** The size of the data block that comes next. */
  private blockBytes: number | undefined;
  /** A data block that was read. `END` completes its reply. */
  private block: Buffer | undefined;

  constructor(private readonly onReply: (reply: MemcachedReply) => void) {}

  /** @throws {MalformedReplyError} after the replies before the malformed part were passed on. */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.length < this.needed) return;
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks, this.length);
    let end = 0;
    for (let next = this.read(bytes, end); next > end; next = this.read(bytes, end)) end = next;
    const rest = bytes.subarray(end);
    this.chunks = [rest];
    this.length = rest.length;
    this.needed = this.blockBytes === undefined ? rest.length + 1 : this.blockBytes + CRLF.length;
  }

  /** Reads a line or a data block. Returns where it ends, or `start` if it is not complete. */
  private read(bytes: Buffer, start: number): number {
    if (this.blockBytes !== undefined) return this.readBlock(bytes, start, this.blockBytes);
    const end = bytes.indexOf(CRLF, start);
    if ((end === -1 ? bytes.length : end) - start > MAX_LINE_BYTES) throw new MalformedReplyError();
    if (end === -1) return start;
    this.readLine(bytes.toString('latin1', start, end));
    return end + CRLF.length;
  }

  private readBlock(bytes: Buffer, start: number, length: number): number {
    const end = start + length;
    if (bytes.length < end + CRLF.length) return start;
    if (bytes.toString('latin1', end, end + CRLF.length) !== CRLF) throw new MalformedReplyError();
    this.blockBytes = undefined;
    this.block = bytes.subarray(start, end);
    return end + CRLF.length;
  }

  private readLine(line: string): void {
    if (line === 'END') return this.complete({ kind: 'value', value: this.block ?? null });
    if (ERROR.test(line)) return this.complete({ kind: 'error', line });
    const size = VALUE.exec(line)?.[1];
    if (this.block || (!size && !LINE.test(line))) throw new MalformedReplyError();
    if (size) this.blockBytes = Number(size);
    else this.complete({ kind: 'line', line });
  }

  private complete(reply: MemcachedReply): void {
    this.block = undefined;
    this.onReply(reply);
  }
}
