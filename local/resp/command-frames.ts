const CRLF = '\r\n';
const ARRAY = '*'.charCodeAt(0);

/** A complete command: its arguments, and its bytes. */
export interface CommandFrame {
  readonly args: Buffer[];
  readonly bytes: Buffer;
}

/** Splits what a client sends into commands: arrays of bulk strings, as all client libraries send them, and lines, as people type them. */
export class CommandFrames {
  private rest: Buffer = Buffer.alloc(0);

  /** Returns the commands that are complete now. */
  push(chunk: Buffer): CommandFrame[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const commands = [];
    for (let command = this.shift(); command; command = this.shift()) commands.push(command);
    return commands;
  }

  /** Returns the bytes of an incomplete command, and forgets them. */
  flush(): Buffer {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    return rest;
  }

  private shift(): CommandFrame | undefined {
    if (this.rest.length === 0) return undefined;
    return this.rest[0] === ARRAY ? this.shiftArray() : this.shiftLine();
  }

  private shiftArray(): CommandFrame | undefined {
    const header = this.readLine(0);
    if (!header) return undefined;
    const args: Buffer[] = [];
    let { end } = header;
    for (let left = header.value; left > 0; left--) {
      const length = this.readLine(end);
      if (!length || this.rest.length < length.end + length.value + CRLF.length) return undefined;
      end = length.end + length.value + CRLF.length;
      args.push(this.rest.subarray(length.end, length.end + length.value));
    }
    return { args, bytes: this.take(end) };
  }

  private shiftLine(): CommandFrame | undefined {
    const end = this.rest.indexOf('\n');
    if (end === -1) return undefined;
    const words = this.rest.toString('latin1', 0, end).trim().split(/\s+/);
    return { args: words.map((word) => Buffer.from(word, 'latin1')), bytes: this.take(end + 1) };
  }

  private take(end: number): Buffer {
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    return bytes;
  }

  /** The number in a line such as `*3` or `$5`. */
  private readLine(start: number): { value: number; end: number } | undefined {
    const end = this.rest.indexOf(CRLF, start);
    if (end === -1) return undefined;
    const value = Number(this.rest.toString('latin1', start + 1, end));
    return { value, end: end + CRLF.length };
  }
}

/** The bytes of a command. */
export function encodeCommand(args: readonly (string | Buffer)[]): Buffer {
  const parts = args.map((arg) => Buffer.from(arg));
  const strings = parts.flatMap((part) => [Buffer.from(`$${part.length}${CRLF}`), part, Buffer.from(CRLF)]);
  return Buffer.concat([Buffer.from(`*${parts.length}${CRLF}`), ...strings]);
}
