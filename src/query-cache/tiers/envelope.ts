import { crc32 } from 'node:zlib';
import { Json } from './json-bytes.js';

/** What is stored: the answer, and under which circumstances it was loaded. */
export interface Envelope {
  /** Nobody reads its value but through a copy of his own: see {@link Json.copy}. */
  answer: Json<unknown>;
  /** When its load began: milliseconds since the epoch, by the clock of the node that loaded it. */
  loadedAt: number;
  /** The same as of this process's `performance.now()`, which no change of the clock reaches. */
  begunAt: number;
  freshMs: number;
  /** How long after that it may be served while a new one is loaded. */
  staleMs: number;
  /** As they stood before the load began: the answer's own, then those of its tags. */
  generations: readonly string[];
}

/** As read, one per generation key; null where there is none (any more). */
export type Generations = readonly (string | null)[];

/*
 * As stored: four bytes, the checksum of what follows; then `<loadedAt> <freshMs> <staleMs> <etag> <generation>...`, a line break, and the
 * bytes that go out to clients. Reading the head as JSON would cost a hit more than all else that is done here. No word of it has a blank.
 */
const HEAD_AT = 4;
const LINE_BREAK = 0x0a;

export function writeEnvelope({ answer, loadedAt, freshMs, staleMs, generations }: Envelope): Buffer {
  const { bytes, etag } = answer;
  const head = Buffer.from(`${[loadedAt, freshMs, staleMs, etag, ...generations].join(' ')}\n`);
  const stored = Buffer.concat([Buffer.alloc(HEAD_AT), head, bytes]);
  stored.writeUInt32BE(crc32(stored.subarray(HEAD_AT)));
  return stored;
}

/** Anything else under the key, be it broken or somebody else's, is a miss. */
export function readEnvelope(stored: Buffer | null): Envelope | undefined {
  if (!stored || stored.length <= HEAD_AT) return undefined;
  if (stored.readUInt32BE() !== crc32(stored.subarray(HEAD_AT))) return undefined;
  const end = stored.indexOf(LINE_BREAK, HEAD_AT);
  const words = stored.toString('latin1', HEAD_AT, end).split(' ');
  const etag = words[3];
  if (!etag) return undefined;
  return {
    answer: Json.ofBytes(stored.subarray(end + 1), etag),
    loadedAt: Number(words[0]),
    // Clocks of nodes may differ a little: an answer from the future counts as new.
    begunAt: performance.now() - Math.max(0, Date.now() - Number(words[0])),
    freshMs: Number(words[1]),
    staleMs: Number(words[2]),
    generations: words.slice(4),
  };
}

/** Whether nothing was invalidated in between. A generation that is gone is as good as another one. */
export function areSame(one: Generations, other: Generations): boolean {
  const isKnown = one.length > 0 && one.length === other.length;
  return isKnown && one.every((generation, i) => generation !== null && generation === other[i]);
}

/** How old and how much longer fresh, in seconds; the latter is negative once it is stale. */
export function ageOf({ begunAt, freshMs, staleMs }: Envelope) {
  const ageMs = performance.now() - begunAt;
  return {
    ageSeconds: ageMs / 1000,
    ttlSeconds: (freshMs - ageMs) / 1000,
    isFresh: ageMs < freshMs,
    isUsable: ageMs < freshMs + staleMs,
  };
}
