import type { SessionData } from 'express-session';
import type { LoadedSession } from './loaded-sessions.js';
import { applyChanges, changesBetween, type JsonObject } from '../content/json-changes.js';
import { checkSize, contentOf } from '../content/session-content.js';
import { isOver, maxAgeOf } from '../content/session-cookie.js';
import type { SessionEnds } from '../ending/session-ends.js';
import type { SessionNews } from '../ending/session-notifications.store.js';
import type { SessionRecords } from '../records/session-records.store.js';
import { contended, noSession } from '../sessions.errors.js';

/** Changes a draft of a session. It may run several times, each time on what is saved by then, so it must be synchronous. */
export type SessionUpdate = (draft: SessionDraft) => void;
export type SessionDraft = Partial<SessionData> & Pick<SessionData, 'cookie'>;

/** With each node's saves of one session in turn, only nodes contend: ten of them need about as many tries. */
const MOST_TRIES = 20;

/** Compare-and-set: what other requests have saved meanwhile is never overwritten unseen. */
export class SessionSaves {
  constructor(
    private readonly records: SessionRecords,
    private readonly ends: SessionEnds,
    private readonly news: SessionNews,
    private readonly mostBytes: number,
  ) {}

  /** Saves what changed in the object since it was loaded or saved. */
  async save(loaded: LoadedSession, session: SessionDraft): Promise<void> {
    const now = checkSize(contentOf(session, loaded), this.mostBytes);
    const changes = changesBetween(loaded.base, now);
    if (changes.length === 0) return;
    await this.commit(loaded, (content) => checkSize(applyChanges(content, changes), this.mostBytes));
    loaded.base = now;
  }

  /** Saves what changed in the object, if there is one, and what `change` makes of that. */
  async update(loaded: LoadedSession, change: SessionUpdate, session?: SessionDraft): Promise<void> {
    const own = session ? changesBetween(loaded.base, contentOf(session, loaded)) : [];
    await this.commit(loaded, (content) => this.changed(applyChanges(content, own), change));
    loaded.base = loaded.content;
  }

  /** Saves what `change` makes of the content, or of what another request has made of it by then. */
  private async commit(loaded: LoadedSession, change: (content: JsonObject) => JsonObject): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const content = change(loaded.content);
      if (isOver(content)) return void (await this.ends.endForGood([loaded.handle], 'signed-out'));
      const saved = await this.records.save(loaded.handle, loaded.version, content);
      if (saved.state === 'gone') throw noSession();
      loaded.version = saved.version;
      if (saved.state === 'saved') return this.saved(loaded, content);
      loaded.content = saved.content;
    }
    throw contended();
  }

  private async saved(loaded: LoadedSession, content: JsonObject): Promise<void> {
    const maxAge = maxAgeOf(content['cookie']);
    const isAnother = maxAge !== loaded.maxAge;
    Object.assign(loaded, { content, maxAge });
    if (isAnother)
      loaded.lastSeenAt = (await this.records.see(loaded.handle, loaded, 0)) ?? loaded.lastSeenAt;
    this.news.publish({ handle: loaded.handle, ended: null });
  }

  private changed(content: JsonObject, change: SessionUpdate): JsonObject {
    const draft = structuredClone(content) as unknown as SessionDraft;
    const outcome: unknown = change(draft);
    if (outcome instanceof Promise)
      throw new TypeError(
        'The function that updates a session must be synchronous: it may run several times.',
      );
    return checkSize(contentOf(draft, { base: content }), this.mostBytes);
  }
}
