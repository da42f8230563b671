import { isObject, type JsonObject } from '../content/json-changes.js';
import { maxAgeOf } from '../content/session-cookie.js';
import { lifetimeKindOf } from '../content/session-data.js';
import type { Opened } from './sealing.js';
import type { Lifetime } from './session-lifetimes.js';

export interface ParsedRecord extends Lifetime {
  version: number;
  /** null if it is sealed with a key that this node does not have. */
  content: JsonObject | null;
}

/**
 * @param fields payload, version, createdAt, lastSeenAt.
 * @returns null if the record is corrupt. An unknown sealing key is no corruption: another node may have it, so the session is left
 * to expire.
 */
export function parseRecord(
  [payload, ...numbers]: (string | null)[],
  open: (payload: string) => Opened,
): ParsedRecord | null {
  const opened = open(payload ?? '');
  if (opened.state === 'broken' || !numbers.every(isTimeOrCount)) return null;
  const content = opened.state === 'opened' ? (JSON.parse(opened.text) as JsonObject) : null;
  if (content && !isObject(content['cookie'])) return null;
  const [version = 0, createdAt = 0, lastSeenAt = 0] = numbers.map(Number);
  const maxAge = maxAgeOf(content?.['cookie']);
  return { version, createdAt, lastSeenAt, kind: lifetimeKindOf(content), maxAge, content };
}

/** At most 15 digits, so that a Date can hold it. */
function isTimeOrCount(text: string | null): boolean {
  return text !== null && /^\d{1,15}$/.test(text);
}
