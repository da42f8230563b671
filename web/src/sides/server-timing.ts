/** One entry of a `Server-Timing` header (W3C). */
export interface ServerTiming {
  name: string;
  durationMs: number;
}

const ENTRY = /^\s*([^\s;,]+)(.*)$/;
const DURATION = /;\s*dur\s*=\s*"?(\d+(?:\.\d+)?)/i;
// A comma ends an entry only outside a quoted description.
const COMMA = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;

/** The entries that carry a duration, in the order sent. */
export function parseServerTiming(header: string | null): ServerTiming[] {
  return (header ?? '').split(COMMA).flatMap((entry) => {
    const [, name, parameters = ''] = ENTRY.exec(entry) ?? [];
    const duration = DURATION.exec(parameters)?.[1];
    return name === undefined || duration === undefined ? [] : [{ name, durationMs: Number(duration) }];
  });
}
