/**
 * Reads lines of composite score and player, in the text format of COPY, as lists of composite score and player in turn, `players` at a
 * time. Player ids have no control characters, so only backslashes are escaped in them.
 */
export async function* readCompositeLines(
  chunks: AsyncIterable<Buffer>,
  players: number,
): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  let members: string[] = [];
  for await (const chunk of chunks) {
    // Decoded up to the last newline, since the end of a chunk can split a character.
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    const text = bytes.toString('utf8', 0, end);
    for (let from = 0; from < text.length;) {
      const tab = text.indexOf('\t', from);
      const newline = text.indexOf('\n', tab);
      const player = text.slice(tab + 1, newline);
      members.push(text.slice(from, tab), player.includes('\\') ? player.replaceAll('\\\\', '\\') : player);
      from = newline + 1;
      if (members.length < 2 * players) continue;
      yield members;
      members = [];
    }
  }
  if (members.length > 0) yield members;
}
