const CRLF = '\r\n';

/** Splits what a client sends into commands. Each is an array of bulk strings, as all client libraries send them. */
export class CommandFrames {
  private rest: Buffer = Buffer.alloc(0);

  /** Returns the commands that are complete now: their arguments, and their bytes. */
  push(chunk: Buffer): { args: Buffer[]; bytes: Buffer }[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const commands = [];
    for (let command = this.shift(); command; command = this.shift()) commands.push(command);
    return commands;
  }

  private shift(): { args: Buffer[]; bytes: Buffer } | undefined {
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
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    return { args, bytes };
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
