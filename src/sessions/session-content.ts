import type { Session, SessionData } from 'express-session';
import { isNestedDeeperThan, type JsonObject } from './session-changes.js';
import { SessionError } from './sessions.errors.js';

const MOST_LEVELS = 32;

/** What of a session object is kept. */
export function contentOf(session: SessionData): JsonObject {
  const content = JSON.parse(JSON.stringify(session)) as JsonObject & { cookie?: JsonObject };
  // It moves with each request and follows from originalMaxAge, so it is no change.
  if (content.cookie) delete content.cookie['expires'];
  return content;
}

/** Makes a session object hold just that, under the cookie it has. */
export function fill(session: Session, { cookie: _cookie, ...content }: JsonObject): void {
  for (const name of Object.keys(session)) if (name !== 'cookie') Reflect.deleteProperty(session, name);
  Object.assign(session, content);
}

/** What the application keeps is limited, not what this module adds. @throws {SessionError} E_TOO_LARGE */
export function checkSize(content: JsonObject, mostBytes: number): JsonObject {
  const { cookie: _cookie, signedIn: _signedIn, ...kept } = content;
  const isTooLarge =
    isNestedDeeperThan(MOST_LEVELS, kept) || Buffer.byteLength(JSON.stringify(kept)) > mostBytes;
  if (!isTooLarge) return content;
  throw new SessionError(
    'E_TOO_LARGE',
    `A session keeps at most ${mostBytes} bytes of data, ${MOST_LEVELS} levels deep. Keep less in it, or what is large elsewhere.`,
  );
}
