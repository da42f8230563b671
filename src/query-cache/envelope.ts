import { crc32 } from 'node:zlib';
import { Json } from './json-bytes.js';

/** What is stored: the answer, and under which circumstances it was loaded. */
export interface Envelope {
  /** Nobody reads its value but through a copy of his own: see {@link Json.copy}. */
  answer: Json<unknown>;
  /** When its load began: milliseconds since the epoch. */
  loadedAt: number;
  freshMs: number;
  /** How long after that it may be served while a new one is loaded. */
  staleMs: number;
  /** As they stood before the load began: the answer's own, then those of its tags. */
  generations: readonly string[];
}

/** As read, one per generation key; null where there is none (any more). */
export type Generations = readonly (string | null)[];

/** Written without line breaks; after the first one come the bytes that go out to clients. */
type Head = Omit<Envelope, 'answer'> & { etag: string; checksum: number };

const LINE_BREAK = 0x0a;

export function writeEnvelope({ answer, ...circumstances }: Envelope): Buffer {
  const { bytes, etag } = answer;
  const head: Head = { ...circumstances, etag, checksum: crc32(bytes) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]);
}

/** Anything else under the key, be it broken or somebody else's, is a miss. */
export function readEnvelope(stored: Buffer | null): Envelope | undefined {
  const end = stored?.indexOf(LINE_BREAK) ?? -1;
  if (!stored || end < 0) return undefined;
  const head = readHead(stored.toString('utf8', 0, end));
  const bytes = stored.subarray(end + 1);
  if (head?.checksum !== crc32(bytes)) return undefined;
  const { loadedAt, freshMs, staleMs, generations, etag } = head;
  return { answer: Json.ofBytes(bytes, etag), loadedAt, freshMs, staleMs, generations };
}

function readHead(text: string): Head | undefined {
  const found = parse(text);
  if (typeof found !== 'object' || found === null) return undefined;
  const { loadedAt, freshMs, staleMs, generations, etag } = found as Partial<Head>;
  const areNumbers = [loadedAt, freshMs, staleMs].every((number) => Number.isFinite(number));
  return areNumbers && Array.isArray(generations) && typeof etag === 'string' ? (found as Head) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether nothing was invalidated in between. A generation that is gone is as good as another one. */
export function areSame(one: Generations, other: Generations): boolean {
  const isKnown = one.length > 0 && one.length === other.length;
  return isKnown && one.every((generation, i) => generation !== null && generation === other[i]);
}

/** How old and how much longer fresh, in seconds; the latter is negative once it is stale. Clocks of nodes may differ a little. */
export function ageOf({ loadedAt, freshMs, staleMs }: Envelope) {
  const ageMs = Math.max(0, Date.now() - loadedAt);
  return {
    ageSeconds: ageMs / 1000,
    ttlSeconds: (freshMs - ageMs) / 1000,
    isFresh: ageMs < freshMs,
    isUsable: ageMs < freshMs + staleMs,
  };
}
