import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { AccountSessions } from './account-sessions.store.js';
import { applyChanges, changesBetween, type JsonObject } from './session-changes.js';
import { checkSize, contentOf, fill } from './session-content.js';
import { SessionNews } from './session-news.store.js';
import { type Lifetime, type SessionRecord, SessionRecords } from './session-records.store.js';
import { tell } from './sessions.channel.js';
import { contended, noSession, notReplicated } from './sessions.errors.js';
import { handleOf, sessionKeyPrefix } from './sessions.keys.js';
import type { SessionsStoreOptions } from './sessions.options.js';
import type { SessionEnd } from './sessions.wire.js';
import { answer } from './store-callback.js';
import { Turns } from './turns.js';
import type { SignedIn } from './session-data.js';

type Callback = Parameters<RedisStore['get']>[1];

interface LoadedSession extends SessionRecord {
  /** As the session object was when it was loaded or last saved; `content` may have others' changes as well. */
  base: JsonObject;
}

const LARGEST_DATA_BYTES = 4096;
/** With each node's saves of one session in turn, only nodes contend: ten of them need about as many tries. */
const MOST_TRIES = 20;

/**
 * A store for express-session that loses no update and brings no ended session back: connect-redis' place and calls, with
 * hashed ids, sealed payloads and lifetimes of its own (the cookie's do not count).
 *
 * A session object remembers what was loaded. Saving it compares and sets the version; if another request was first, the
 * fields that changed here are changed again in what is there now. An object that was not loaded is a new session.
 */
export class SessionsStore extends RedisStore {
  readonly records: SessionRecords;
  readonly accounts: AccountSessions;
  readonly news: SessionNews;
  private readonly largestDataBytes: number;
  private readonly loaded = new WeakMap<object, LoadedSession>();
  private readonly beginnings = new WeakMap<object, number>();
  private readonly saves = new Turns();

  constructor(options: SessionsStoreOptions) {
    super({ client: options.engine.client, prefix: sessionKeyPrefix(options.keyPrefix) });
    this.records = new SessionRecords(options);
    this.accounts = new AccountSessions(options);
    this.news = new SessionNews(options);
    this.largestDataBytes = options.largestDataBytes ?? LARGEST_DATA_BYTES;
  }

  override get(id: string, callback?: Callback): Promise<unknown> {
    return answer(callback, async () => {
      const record = await this.records.read(handleOf(id));
      if (!record) return null;
      const data = structuredClone(record.content);
      this.loaded.set(data, { ...record, base: record.content });
      return data;
    });
  }

  override createSession(request: Request, data: SessionData): Session & SessionData {
    const record = this.loaded.get(data);
    const session = super.createSession(request, data);
    if (record) this.loaded.set(session, record);
    return session;
  }

  /** @throws {SessionError} E_NO_SESSION if it has ended meanwhile, E_TOO_LARGE, E_SESSION_CONTENDED. */
  override set(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return answer(callback, () =>
      this.saves.take(handleOf(id), () => {
        const loaded = this.loaded.get(session);
        return loaded ? this.save(id, session, loaded) : this.create(id, session);
      }),
    );
  }

  /** express-session calls it after each request: it costs a command only when `lastSeenAt` is due. */
  override touch(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return answer(callback, () => this.see(id, session));
  }

  override destroy(id: string, callback?: Callback): Promise<unknown> {
    return answer(callback, () => this.endForGood([handleOf(id)], 'signed-out'));
  }

  /**
   * Moves `lastSeenAt` if it is due, and enters the session in its account again, which heals one that was evicted.
   *
   * @returns false if the session has ended.
   */
  async see(id: string, session: Partial<SessionData>): Promise<boolean> {
    const loaded = this.loaded.get(session);
    if (!loaded || !this.records.isDue(loaded)) return true;
    const handle = handleOf(id);
    if (session.signedIn && !(await this.enter(handle, session.signedIn))) return false;
    const seenAt = await this.records.see(handle, loaded);
    if (seenAt === null) return false;
    loaded.lastSeenAt = seenAt;
    return true;
  }

  /** Ends sessions wherever they are used. @returns how many were there. */
  async end(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    if (owner) await this.accounts.remove(owner.accountId, ended);
    return ended.length;
  }

  /**
   * The same, answered once a replica knows where there is one. Until then their account has them, so that it can be tried again.
   *
   * @throws {SessionError} E_NOT_REPLICATED: they have ended, but a failover might undo it.
   */
  async endForGood(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    const ended = await this.endEach(handles, reason, owner);
    if (!(await this.records.secureEnd(handles))) throw notReplicated();
    if (owner) await this.accounts.remove(owner.accountId, ended);
    return ended.length;
  }

  /**
   * Lets a session go on under a new id, with everything that was acknowledged on the old one, which ends with it.
   *
   * @throws {SessionError} E_NO_SESSION if it has ended meanwhile, E_SESSION_CONTENDED. Then the new one ends as well.
   */
  async move(older: string, id: string, session: Session & Partial<SessionData>): Promise<void> {
    await this.orEnd(id, session, async () => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const record = await this.records.read(older);
        if (!record) throw noSession();
        this.beginnings.set(session, record.createdAt);
        fill(session, record.content);
        await this.set(id, session as Session & SessionData);
        const outcome = await this.records.removeUnchanged(older, record.version);
        if (outcome === 'removed') return this.leave(older, session);
        if (outcome === 'gone') throw noSession();
      }
      throw contended();
    });
  }

  /** A session that fails on its way to whoever asked for it ends: nobody knows its id. */
  async orEnd(id: string, session: Partial<SessionData>, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      await this.end([handleOf(id)], 'revoked', session.signedIn).catch(() => undefined);
      throw error;
    }
  }

  handleOf(id: string): string {
    return handleOf(id);
  }

  /** Of a session that was loaded or created; undefined for one that was never saved. */
  lifetimeOf(session: object): Lifetime | undefined {
    return this.loaded.get(session);
  }

  /** What the engine has of a session since it was loaded or saved here, with what other requests changed before. */
  savedContentOf(session: object): JsonObject | undefined {
    return this.loaded.get(session)?.content;
  }

  /** @throws {SessionError} E_TOO_LARGE */
  checkSize(content: JsonObject): JsonObject {
    return checkSize(content, this.largestDataBytes);
  }

  override readonly all = refuseToList;
  override readonly ids = refuseToList;
  override readonly length = refuseToList;
  override readonly clear = refuseToList;

  private async create(id: string, session: SessionData): Promise<void> {
    const handle = handleOf(id);
    const content = this.checkSize(contentOf(session));
    const now = Date.now();
    const lifetime = { createdAt: this.beginnings.get(session) ?? now, lastSeenAt: now };
    const { signedIn } = session as Partial<SessionData>;
    if (signedIn) await this.accounts.add(signedIn.accountId, handle);
    await this.records.create(handle, content, lifetime);
    this.loaded.set(session, { ...lifetime, version: 1, content, base: content });
  }

  private async save(id: string, session: SessionData, loaded: LoadedSession): Promise<void> {
    const handle = handleOf(id);
    const now = this.checkSize(contentOf(session));
    const changes = changesBetween(loaded.base, now);
    if (changes.length === 0) return;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const content = this.checkSize(applyChanges(loaded.content, changes));
      const saved = await this.records.save(handle, loaded.version, content);
      if (saved.state === 'gone') throw noSession();
      loaded.version = saved.version;
      if (saved.state === 'saved') {
        Object.assign(loaded, { content, base: now });
        this.news.publish({ handle, ended: null });
        return;
      }
      loaded.content = saved.content;
    }
    throw contended();
  }

  /** All in one go. @returns those that were there. */
  private async endEach(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<string[]> {
    const wereThere = await Promise.all(handles.map((handle) => this.endOne(handle, reason, owner)));
    return handles.filter((_handle, i) => wereThere[i]);
  }

  private async endOne(handle: string, reason: SessionEnd, owner?: SignedIn): Promise<boolean> {
    try {
      const wasThere = await this.records.remove(handle);
      if (wasThere) tell({ event: 'revoked', reason, handle, username: owner?.username ?? null });
      return wasThere;
    } finally {
      // Also when its outcome is unknown: who hears it looks for itself.
      this.news.publish({ handle, ended: reason });
    }
  }

  /** A session that its account had lost when all were ended is of an older generation, and ends here. */
  private async enter(handle: string, signedIn: SignedIn): Promise<boolean> {
    await this.accounts.add(signedIn.accountId, handle);
    const generation = await this.accounts.generation(signedIn.accountId);
    if (signedIn.generation >= generation) return true;
    // It may be the one that has just ended the others, and was loaded before.
    const now = (await this.records.read(handle))?.content['signedIn'] as SignedIn | undefined;
    if (now && now.generation >= generation) return true;
    await this.end([handle], 'revoked', signedIn);
    return false;
  }

  private async leave(handle: string, { signedIn }: Partial<SessionData>): Promise<void> {
    this.news.publish({ handle, ended: 'rotated' });
    // The account heals by itself, and the session has its new id.
    if (signedIn) await this.accounts.remove(signedIn.accountId, [handle]).catch(() => undefined);
  }
}

function refuseToList(callback?: Callback): Promise<never> {
  return answer(callback, () => {
    throw new Error('Sessions are found by their id or account, never by a scan. List an account’s instead.');
  }) as Promise<never>;
}
