import { isDeepStrictEqual } from 'node:util';
import type { Session, SessionData } from 'express-session';
import { isNestedDeeperThan, type JsonObject } from './json-changes.js';
import { cookieContent, maxAgeOf } from './session-cookie.js';
import { lifetimeKindOf } from './session-data.js';
import { findNotJson } from './json-values.js';
import { SessionError } from '../sessions.errors.js';

const MAX_LEVELS = 32;
/** Anybody can start the session of a guest. */
const MAX_GUEST_BYTES = 1024;

/** The session object as the application got it. */
export interface LoadedState {
  snapshot: JsonObject;
  /** The `expires` of its cookie. */
  expires?: string | undefined;
}

/**
 * Copies the part of a session object that is saved.
 *
 * @throws {SessionError} E_INVALID for a value that JSON would change, E_TOO_LARGE if it is nested too deeply.
 */
export function contentOf(session: Partial<SessionData>, loaded?: LoadedState): JsonObject {
  const { cookie, ...fields } = session;
  if (typeof cookie !== 'object' || cookie === null)
    throw invalid('cookie', 'is missing. Keep the cookie of the session.');
  checkNesting(fields);
  requireJson(fields);
  const content = JSON.parse(JSON.stringify(fields)) as JsonObject;
  return { ...content, cookie: savedCookie(session, loaded) };
}

/** Whether a session object has what was loaded. Much cheaper than `contentOf`, for the requests that only read. */
export function isUnchanged(session: Partial<SessionData>, loaded: LoadedState): boolean {
  const { cookie, ...fields } = session;
  const { cookie: saved, ...content } = loaded.snapshot;
  // Fields first: most changes are there.
  return (
    isDeepStrictEqual(fields, content) &&
    cookie !== undefined &&
    isDeepStrictEqual(savedCookie(session, loaded), saved)
  );
}

/** The lifetime of the cookie of a remembered session is not saved: express-session would set the cookie again in later responses. */
function savedCookie({ cookie, lifetime }: Partial<SessionData>, loaded?: LoadedState): JsonObject {
  const content = cookieContent(cookie as SessionData['cookie'], loaded?.snapshot['cookie'], loaded?.expires);
  return lifetime === 'remembered' ? { ...content, originalMaxAge: null } : content;
}

/** Replaces everything in a session object by this content; its cookie gets the lifetime. */
export function replaceContent(session: Session, { cookie, ...content }: JsonObject): void {
  for (const name of Object.keys(session)) if (name !== 'cookie') Reflect.deleteProperty(session, name);
  Object.assign(session, structuredClone(content));
  const maxAge = maxAgeOf(cookie);
  if (session.cookie.originalMaxAge !== maxAge) Object.assign(session.cookie, { maxAge });
}

/** Limits the data of the application. @throws {SessionError} E_TOO_LARGE */
export function checkSize(content: JsonObject, largestDataBytes: number): JsonObject {
  const fields = applicationFields(content);
  const isGuest = lifetimeKindOf(content) === 'guest';
  const maxBytes = isGuest ? Math.min(MAX_GUEST_BYTES, largestDataBytes) : largestDataBytes;
  checkNesting(fields);
  if (Buffer.byteLength(JSON.stringify(fields)) <= maxBytes) return content;
  throw new SessionError(
    'E_TOO_LARGE',
    `The session of a ${isGuest ? 'guest' : 'visitor'} holds at most ${maxBytes} bytes of data. Store less, or store large values elsewhere.`,
  );
}

/** What is in a session, without the fields of this module. */
export function applicationFields(content: JsonObject): JsonObject {
  const { cookie: _cookie, signedIn: _signedIn, lifetime: _lifetime, ...fields } = content;
  return fields;
}

/** Call it before any recursive function. @throws {SessionError} E_TOO_LARGE */
export function checkNesting(fields: object): void {
  if (!isNestedDeeperThan(MAX_LEVELS, fields)) return;
  throw new SessionError(
    'E_TOO_LARGE',
    `The data of a session is nested at most ${MAX_LEVELS} levels deep. Store flatter data.`,
  );
}

/** @throws {SessionError} E_INVALID, which names the field. */
export function requireJson(fields: object): void {
  const found = findNotJson(fields);
  if (found) throw invalid(found.path, found.remedy);
}

function invalid(field: string, message: string): SessionError {
  return new SessionError('E_INVALID', `The field "${field}" of the session ${message}`, [
    { field, message },
  ]);
}
