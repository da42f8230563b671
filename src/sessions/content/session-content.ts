import type { Session, SessionData } from 'express-session';
import { isNestedDeeperThan, type JsonObject } from './json-changes.js';
import { cookieContent, maxAgeOf } from './session-cookie.js';
import { findNotJson } from './json-values.js';
import { SessionError } from '../sessions.errors.js';

const MOST_LEVELS = 32;

/** How a session was given to the application. */
export interface Given {
  /** What was kept then. */
  base: JsonObject;
  /** The `expires` of its cookie. */
  expires?: string | undefined;
}

/**
 * A copy of what is kept of a session object.
 *
 * @throws {SessionError} E_INVALID for a value that JSON would change, E_TOO_LARGE if it is nested too deeply.
 */
export function contentOf(session: Partial<SessionData>, given?: Given): JsonObject {
  const { cookie, ...fields } = session;
  if (typeof cookie !== 'object' || cookie === null)
    throw invalid('cookie', 'is missing. Keep the one of the session.');
  checkNesting(fields);
  requireJson(fields);
  const content = JSON.parse(JSON.stringify(fields)) as JsonObject;
  return { ...content, cookie: cookieContent(cookie, given?.base['cookie'], given?.expires) };
}

/** Makes a session object hold exactly this content, and its cookie the lifetime. */
export function fill(session: Session, { cookie, ...content }: JsonObject): void {
  for (const name of Object.keys(session)) if (name !== 'cookie') Reflect.deleteProperty(session, name);
  Object.assign(session, structuredClone(content));
  const maxAge = maxAgeOf(cookie);
  if (session.cookie.originalMaxAge !== maxAge) Object.assign(session.cookie, { maxAge });
}

/** Limits what the application keeps, not what this module adds. @throws {SessionError} E_TOO_LARGE */
export function checkSize(content: JsonObject, mostBytes: number): JsonObject {
  const { cookie: _cookie, signedIn: _signedIn, ...kept } = content;
  checkNesting(kept);
  if (Buffer.byteLength(JSON.stringify(kept)) <= mostBytes) return content;
  throw new SessionError(
    'E_TOO_LARGE',
    `A session keeps at most ${mostBytes} bytes of data. Keep less in it, or large values elsewhere.`,
  );
}

/** Before a recursive function walks through it. @throws {SessionError} E_TOO_LARGE */
export function checkNesting(fields: object): void {
  if (!isNestedDeeperThan(MOST_LEVELS, fields)) return;
  throw new SessionError(
    'E_TOO_LARGE',
    `A session keeps data of at most ${MOST_LEVELS} levels. Keep less in it, or large values elsewhere.`,
  );
}

/** @throws {SessionError} E_INVALID, with the field. */
export function requireJson(fields: object): void {
  const found = findNotJson(fields);
  if (found) throw invalid(found.path, found.remedy);
}

function invalid(field: string, message: string): SessionError {
  return new SessionError('E_INVALID', `The field "${field}" of the session ${message}`, [
    { field, message },
  ]);
}
