import type { SessionData } from 'express-session';
import { applyChanges, changesBetween, type JsonObject } from '../content/json-changes.js';
import { checkSize, contentOf } from '../content/session-content.js';
import { isEndedByCookie, maxAgeOf } from '../content/session-cookie.js';
import type { SessionEnds } from '../ending/session-ends.js';
import type { SessionNotifications } from '../ending/session-notifications.store.js';
import type { SessionRecords } from '../records/session-records.store.js';
import { contended, noSession } from '../sessions.errors.js';
import type { LoadedSession } from './loaded-sessions.js';

/** A session as the function of an update gets it: change it in place. */
export type SessionDraft = Partial<SessionData> & Pick<SessionData, 'cookie'>;
/** Changes a draft of a session. Must be synchronous: it runs again on the newer content whenever another request saved first. */
export type SessionUpdate = (draft: SessionDraft) => void;

/** Each node saves a session one request at a time, so only nodes compete: ten of them need about as many attempts. */
const MAX_ATTEMPTS = 20;

/** Saves sessions by compare-and-set: a change that another request saved meanwhile is never lost. */
export class SessionSaves {
  constructor(
    private readonly records: SessionRecords,
    private readonly ends: SessionEnds,
    private readonly notifications: SessionNotifications,
    private readonly maxBytes: number,
  ) {}

  /** Saves what changed in a session object since it was loaded or last saved. */
  async save(loaded: LoadedSession, session: SessionDraft): Promise<void> {
    const current = checkSize(contentOf(session, loaded), this.maxBytes);
    const changes = changesBetween(loaded.snapshot, current);
    if (changes.length === 0) return;
    await this.commit(loaded, (content) => checkSize(applyChanges(content, changes), this.maxBytes));
    loaded.snapshot = current;
  }

  /** Saves what changed in the session object, if one is given, and then what `change` does. */
  async update(loaded: LoadedSession, change: SessionUpdate, session?: SessionDraft): Promise<void> {
    const changes = session ? changesBetween(loaded.snapshot, contentOf(session, loaded)) : [];
    await this.commit(loaded, (content) => this.apply(change, applyChanges(content, changes)));
    loaded.snapshot = loaded.content;
  }

  /** On a conflict, repeats `change` on the content that the other request saved. */
  private async commit(loaded: LoadedSession, change: (content: JsonObject) => JsonObject): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const content = change(loaded.content);
      if (isEndedByCookie(content))
        return void (await this.ends.endReplicated([loaded.handle], 'signed-out'));
      const result = await this.records.save(loaded.handle, loaded.version, content);
      if (result.state === 'gone') throw noSession();
      loaded.version = result.version;
      if (result.state === 'saved') return this.afterSave(loaded, content);
      loaded.content = result.content;
    }
    throw contended();
  }

  private async afterSave(loaded: LoadedSession, content: JsonObject): Promise<void> {
    const { handle } = loaded;
    const maxAge = maxAgeOf(content['cookie']);
    const hasNewLifetime = maxAge !== loaded.maxAge;
    Object.assign(loaded, { content, maxAge });
    if (hasNewLifetime)
      loaded.lastSeenAt = (await this.records.touch(handle, loaded, 0)) ?? loaded.lastSeenAt;
    this.notifications.publish({ handle, ended: null });
  }

  private apply(change: SessionUpdate, content: JsonObject): JsonObject {
    const draft = structuredClone(content) as unknown as SessionDraft;
    const outcome: unknown = change(draft);
    if (outcome instanceof Promise)
      throw new TypeError(
        'The function that updates a session must be synchronous: it may run several times.',
      );
    return checkSize(contentOf(draft, { snapshot: content }), this.maxBytes);
  }
}
