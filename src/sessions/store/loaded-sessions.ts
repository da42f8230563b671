import type { SessionData } from 'express-session';
import type { JsonObject } from '../content/json-changes.js';
import { engineNow } from '../records/session-lifetimes.js';
import type { SessionRecord } from '../records/session-records.store.js';

export interface LoadedSession extends SessionRecord {
  handle: string;
  /** The session object when it was loaded or last saved. `content` may contain changes of other requests as well. */
  snapshot: JsonObject;
  /** The `expires` of its cookie when it was loaded. */
  expires?: string | undefined;
}

/** What was loaded from the engine, by the session object that the application got for it. */
export class LoadedSessions {
  private readonly byObject = new WeakMap<object, LoadedSession>();

  /** Makes the session object for the application. */
  toSessionData(loaded: LoadedSession): SessionData {
    const { content, maxAge, lastSeenAt } = loaded;
    const data = structuredClone(content) as unknown as SessionData;
    if (maxAge !== null) {
      const remainingMs = lastSeenAt + maxAge - engineNow(loaded);
      loaded.expires = new Date(Date.now() + remainingMs).toISOString();
      Object.assign(data.cookie, { expires: loaded.expires });
    }
    this.set(data, loaded);
    return data;
  }

  set(session: SessionData, loaded: LoadedSession): void {
    this.byObject.set(session, loaded);
    this.byObject.set(session.cookie, loaded);
  }

  get(session: object): LoadedSession | undefined {
    return this.byObject.get(session);
  }

  /** Finds it for a shallow copy as well: `{ ...session }` has the same cookie object, and starts from the state of the original. */
  find(handle: string, session: SessionData): LoadedSession | undefined {
    const own = this.byObject.get(session);
    if (own?.handle === handle) return own;
    const original = this.byObject.get(session.cookie);
    if (original?.handle !== handle) return undefined;
    const copy = { ...original };
    this.byObject.set(session, copy);
    return copy;
  }
}
