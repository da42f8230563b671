import type { SessionData } from 'express-session';
import type { JsonObject } from '../content/json-changes.js';
import { engineNow, type SessionRecord } from '../records/session-records.store.js';

export interface LoadedSession extends SessionRecord {
  handle: string;
  /** As the session object was when it was loaded or last saved; `content` may have others' changes as well. */
  base: JsonObject;
  /** The `expires` of its cookie when it was loaded. */
  expires?: string | undefined;
}

/** What was loaded from the engine, by the object that the application has of it. */
export class LoadedSessions {
  private readonly byObject = new WeakMap<object, LoadedSession>();

  /** The data that the application gets of a record. */
  open(loaded: LoadedSession): SessionData {
    const { content, maxAge, lastSeenAt } = loaded;
    const data = structuredClone(content) as unknown as SessionData;
    if (maxAge !== null) {
      const restMs = lastSeenAt + maxAge - engineNow(loaded);
      loaded.expires = new Date(Date.now() + restMs).toISOString();
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

  /** Also for a shallow copy, `{ ...session }`, which has the same cookie: it goes on from what the original has. */
  of(handle: string, session: SessionData): LoadedSession | undefined {
    const own = this.byObject.get(session);
    if (own?.handle === handle) return own;
    const original = this.byObject.get(session.cookie);
    if (original?.handle !== handle) return undefined;
    const copy = { ...original };
    this.byObject.set(session, copy);
    return copy;
  }
}
