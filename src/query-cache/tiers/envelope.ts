import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** An answer as clients get it. */
export interface EncodedAnswer {
  /** JSON. */
  bytes: Buffer;
  /** A strong entity tag (RFC 9110, section 8.8.3). */
  etag: string;
}

/** What is stored: an answer, and how it was loaded. */
export interface Envelope extends EncodedAnswer {
  /** When its load began: milliseconds since the epoch, by the clock of the node that loaded it. */
  loadedAt: number;
  /** The same in terms of this process's `performance.now()`, which does not jump with the clock. */
  begunAt: number;
  freshMs: number;
  /** How long after `freshMs` it may be served while a new one is loaded. */
  staleMs: number;
  /** As they were before the load began, in the order of `AnswerKeys.tokenKeys`. None for an answer that must not be served. */
  validityTokens: readonly string[];
  /** The keys of the last of these tokens: those of the tags of the value. */
  valueTokenKeys: readonly string[];
}

/** As read from the engine, in the order of their keys; null where there is none. */
export type FoundTokens = readonly (string | null)[];

const NULL = Buffer.from('null');

/** @param value must be plain data, see `findNotJson`. */
export function encodeAnswer(value: unknown): EncodedAnswer {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, etag: `"${hash('sha1', bytes, 'base64url')}"` };
}

export function isNull({ bytes }: Pick<EncodedAnswer, 'bytes'>): boolean {
  return bytes.equals(NULL);
}

/*
 * As stored: four bytes, the checksum of what follows; then `<loadedAt> <freshMs> <staleMs> <etag> <token>... <key>...`, a line break, and the
 * bytes of the answer. No part of the head contains a space, keys contain colons, and tokens do not. A head in JSON would cost a hit more than
 * everything else that it does.
 */
const HEAD_AT = 4;
const LINE_BREAK = 0x0a;

export function writeEnvelope(envelope: Envelope): Buffer {
  const { bytes, etag, loadedAt, freshMs, staleMs, validityTokens, valueTokenKeys } = envelope;
  const words = [loadedAt, freshMs, staleMs, etag, ...validityTokens, ...valueTokenKeys];
  const head = Buffer.from(`${words.join(' ')}\n`);
  const stored = Buffer.concat([Buffer.alloc(HEAD_AT), head, bytes]);
  stored.writeUInt32BE(crc32(stored.subarray(HEAD_AT)));
  return stored;
}

/** Undefined, a miss, for anything else under the key: broken or written by somebody else. */
export function readEnvelope(stored: Buffer | null): Envelope | undefined {
  if (!stored || stored.length <= HEAD_AT) return undefined;
  if (stored.readUInt32BE() !== crc32(stored.subarray(HEAD_AT))) return undefined;
  const end = stored.indexOf(LINE_BREAK, HEAD_AT);
  const words = stored.toString('latin1', HEAD_AT, end).split(' ');
  const etag = words[3];
  if (!etag) return undefined;
  const keysAt = words.findIndex((word, i) => i > 3 && word.includes(':'));
  const tokensEnd = keysAt === -1 ? words.length : keysAt;
  return {
    bytes: stored.subarray(end + 1),
    etag,
    loadedAt: Number(words[0]),
    // Clocks of nodes differ a little: an answer from the future counts as new.
    begunAt: performance.now() - Math.max(0, Date.now() - Number(words[0])),
    freshMs: Number(words[1]),
    staleMs: Number(words[2]),
    validityTokens: words.slice(4, tokensEnd),
    valueTokenKeys: words.slice(tokensEnd),
  };
}

/** Whether nothing was invalidated in between. A token that is missing counts as changed. */
export function areSame(some: FoundTokens, others: FoundTokens): boolean {
  const isKnown = some.length > 0 && some.length === others.length;
  return isKnown && some.every((token, i) => token !== null && token === others[i]);
}

/** In seconds. `ttlSeconds` is how much longer the answer is fresh, negative once it is stale. */
export function ageOf({ begunAt, freshMs, staleMs }: Envelope) {
  const ageMs = performance.now() - begunAt;
  return {
    ageSeconds: ageMs / 1000,
    ttlSeconds: (freshMs - ageMs) / 1000,
    isFresh: ageMs < freshMs,
    isUsable: ageMs < freshMs + staleMs,
  };
}
