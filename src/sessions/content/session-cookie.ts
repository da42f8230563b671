import type { SessionData } from 'express-session';
import { isObject, type JsonObject } from './json-changes.js';

/** express-session computes it again at each request, from the clock, which may tick in between. */
const NOISE_MS = 5;

/** A plain object that was a cookie: `expires` is text there, and nothing keeps it and `originalMaxAge` consistent. */
interface PlainCookie {
  serialize?: unknown;
  originalMaxAge?: number | null;
  maxAge?: number | null;
  expires?: Date | string | null;
}

/**
 * What is kept of a cookie: everything but `expires`, which each request moves and which follows from `originalMaxAge`.
 *
 * @param kept what was kept of it before; @param expires what was given to the application then.
 */
export function cookieContent(cookie: SessionData['cookie'], kept?: unknown, expires?: string): JsonObject {
  const plain = JSON.parse(JSON.stringify(cookie)) as JsonObject;
  delete plain['expires'];
  delete plain['maxAge'];
  const before = maxAgeOf(kept);
  const after = chosenMaxAge(cookie, expires);
  const isNoise = before !== null && after !== null && Math.abs(after - before) <= NOISE_MS;
  return { ...plain, originalMaxAge: isNoise ? before : after };
}

/** In milliseconds; null for as long as the browser runs. */
export function maxAgeOf(cookie: unknown): number | null {
  const maxAge = isObject(cookie) ? cookie['originalMaxAge'] : null;
  return typeof maxAge === 'number' ? maxAge : null;
}

/** By the `maxAge` of its cookie. */
export function isOver({ cookie }: JsonObject): boolean {
  return (maxAgeOf(cookie) ?? 1) <= 0;
}

function chosenMaxAge(cookie: SessionData['cookie'], given: string | undefined): number | null {
  const { serialize, originalMaxAge, maxAge, expires } = cookie as PlainCookie;
  const stated = originalMaxAge ?? maxAge ?? null;
  // express-session's own class derives it from `expires`.
  if (serialize !== undefined || !expires) return stated;
  const endsAt = new Date(expires);
  if (Number.isNaN(endsAt.getTime()) || endsAt.toISOString() === given) return stated;
  return endsAt.getTime() - Date.now();
}
