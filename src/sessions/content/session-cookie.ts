import type { SessionData } from 'express-session';
import { isObject, type JsonObject } from './json-changes.js';

/** express-session computes `originalMaxAge` from the clock at each request, which makes differences of some milliseconds. */
const TOLERANCE_MS = 5;

/** A copy of a cookie as a plain object: `expires` may be text, and may contradict `originalMaxAge`. */
interface PlainCookie {
  serialize?: unknown;
  originalMaxAge?: number | null;
  maxAge?: number | null;
  expires?: Date | string | null;
}

/**
 * The part of a cookie that is saved: not `expires`, which moves at each request and follows from `originalMaxAge`.
 *
 * @param saved the saved cookie so far.
 * @param expires the `expires` that the application got when the session was loaded.
 */
export function cookieContent(cookie: SessionData['cookie'], saved?: unknown, expires?: string): JsonObject {
  const plain = JSON.parse(JSON.stringify(cookie)) as JsonObject;
  delete plain['expires'];
  delete plain['maxAge'];
  return { ...plain, originalMaxAge: maxAgeToSave(cookie, saved, expires) };
}

/** The `originalMaxAge` of `cookieContent`, with the same arguments. */
export function maxAgeToSave(
  cookie: SessionData['cookie'],
  saved?: unknown,
  expires?: string,
): number | null {
  const before = maxAgeOf(saved);
  const after = chosenMaxAge(cookie, expires);
  const isSame = before !== null && after !== null && Math.abs(after - before) <= TOLERANCE_MS;
  return isSame ? before : after;
}

/** The `originalMaxAge` of a cookie in milliseconds; null if the cookie lasts as long as the browser runs. */
export function maxAgeOf(cookie: unknown): number | null {
  const maxAge = isObject(cookie) ? cookie['originalMaxAge'] : null;
  return typeof maxAge === 'number' ? maxAge : null;
}

/** Whether the application has ended the session by a `maxAge` of 0 or less. */
export function isEndedByCookie({ cookie }: JsonObject): boolean {
  return (maxAgeOf(cookie) ?? 1) <= 0;
}

/** A plain cookie may say its lifetime by `expires` too. @param loadedExpires is ignored: the application did not set it. */
function chosenMaxAge(cookie: SessionData['cookie'], loadedExpires: string | undefined): number | null {
  const { serialize, originalMaxAge, maxAge, expires } = cookie as PlainCookie;
  const stated = originalMaxAge ?? maxAge ?? null;
  // express-session's Cookie class derives `originalMaxAge` from `expires` itself.
  if (serialize !== undefined || !expires) return stated;
  const endsAt = new Date(expires);
  if (Number.isNaN(endsAt.getTime()) || endsAt.toISOString() === loadedExpires) return stated;
  return endsAt.getTime() - Date.now();
}
