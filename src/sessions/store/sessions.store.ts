import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { createLibraryClient } from '../../engine/index.js';
import { AccountGenerations } from '../accounts/account-generations.store.js';
import { AccountSessions } from '../accounts/account-sessions.store.js';
import { checkSize, contentOf, isUnchanged, replaceContent } from '../content/session-content.js';
import { isEndedByCookie, maxAgeToSave } from '../content/session-cookie.js';
import { SessionEnds } from '../ending/session-ends.js';
import { SessionNotifications } from '../ending/session-notifications.store.js';
import type { EngineTime, Lifetime } from '../records/session-lifetimes.js';
import { SessionRecords } from '../records/session-records.store.js';
import { handleOf, sessionKeyPrefix } from '../records/sessions.keys.js';
import { contended, noSession } from '../sessions.errors.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import { KeyedQueue } from './keyed-queue.js';
import { LoadedSessions } from './loaded-sessions.js';
import { SessionSaves, type SessionUpdate } from './session-saves.js';
import { SessionTouches } from './session-touches.js';
import { type Callback, refuseScan, withCallback } from './store-callback.js';

type SessionObject = Session & Partial<SessionData>;

const DEFAULT_MAX_DATA_BYTES = 4096;
/** Attempts to change the id of a session that other requests change at the same time. */
const MAX_ATTEMPTS = 20;

/**
 * A store for express-session in place of connect-redis's `RedisStore`, with the same calls. It keeps every concurrent change, never
 * restores an ended session, hashes ids and seals payloads.
 *
 * A session object, and a shallow copy of it, remembers what was loaded. Saving it compares the version and writes only if that is
 * still the one that was loaded; otherwise the fields that changed here are changed in the newer content. Any other object creates a
 * session, or replaces the content of an existing one. An ended session is never created again.
 */
export class SessionsStore extends RedisStore {
  readonly records: SessionRecords;
  readonly accounts: AccountSessions;
  readonly generations: AccountGenerations;
  readonly notifications: SessionNotifications;
  readonly ends: SessionEnds;
  private readonly saves: SessionSaves;
  private readonly touches: SessionTouches;
  private readonly maxDataBytes: number;
  private readonly loaded = new LoadedSessions();
  private readonly queue = new KeyedQueue();

  /** @param given is copied: later changes of the object have no effect. */
  constructor(given: SessionsStoreOptions) {
    const options = { ...given };
    super({ client: createLibraryClient(options.engine), prefix: sessionKeyPrefix(options.keyPrefix) });
    this.records = new SessionRecords(options);
    const ttlSeconds = this.records.lifetimes.absoluteMs({ kind: 'remembered' }) / 1000;
    this.accounts = new AccountSessions({ ...options, ttlSeconds });
    this.generations = new AccountGenerations({ ...options, ttlSeconds });
    this.notifications = new SessionNotifications(options);
    this.ends = new SessionEnds(options.engine, this.records, this.accounts, this.notifications);
    this.maxDataBytes = options.largestDataBytes ?? DEFAULT_MAX_DATA_BYTES;
    this.saves = new SessionSaves(this.records, this.ends, this.notifications, this.maxDataBytes);
    const { records, accounts, generations, ends } = this;
    this.touches = new SessionTouches({ records, accounts, generations, ends });
  }

  /** The session data of an id; undefined if there is no such session. @throws {EngineError} */
  override get(id: string, callback?: Callback): Promise<unknown> {
    return withCallback(callback, async () => {
      const handle = handleOf(id);
      const record = await this.records.read(handle);
      return record && this.loaded.toSessionData({ ...record, handle, snapshot: record.content });
    });
  }

  /** Called by express-session with the data that `get` returned. */
  override createSession(request: Request, data: SessionData): Session & SessionData {
    const loaded = this.loaded.get(data);
    const session = super.createSession(request, data);
    if (loaded) this.loaded.set(session, loaded);
    return session;
  }

  /**
   * Saves what changed in a loaded session object. Other data is copied at the call.
   *
   * @throws {SessionError} E_NO_SESSION if it has ended, E_INVALID for a value that JSON would change, E_TOO_LARGE,
   * E_SESSION_CONTENDED.
   */
  override set(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return withCallback(callback, () => this.write(id, session));
  }

  /**
   * express-session calls it after each request. It writes only if `lastSeenAt` is due or the cookie's `maxAge` changed. Otherwise it calls
   * back at once: while express-session waits for its store it holds back the last byte, so a response would take two writes.
   */
  override touch(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    const loaded = this.loaded.get(session);
    if (loaded && maxAgeToSave(session.cookie, loaded.snapshot['cookie'], loaded.expires) !== loaded.maxAge)
      return this.set(id, session, callback);
    if (loaded && this.records.lifetimes.isTouchDue(loaded))
      return withCallback(callback, () => this.touchIfDue(session));
    return Promise.resolve(callback?.(null));
  }

  /** Ends a session for good: a concurrent save cannot restore it. @throws {EngineError} */
  override destroy(id: string, callback?: Callback): Promise<unknown> {
    return withCallback(
      callback,
      async () => void (await this.ends.endReplicated([handleOf(id)], 'signed-out')),
    );
  }

  /**
   * Changes a session atomically, so that what `change` reads, counts or appends is never lost to another request.
   *
   * @returns the session as saved.
   * @throws {SessionError} as `set` does. After an EngineError with the outcome `unknown` the change may be saved or not.
   */
  update(id: string, change: SessionUpdate): Promise<SessionData> {
    return this.queue.run(handleOf(id), async () => {
      const record = await this.records.read(handleOf(id));
      if (!record) throw noSession();
      const loaded = { ...record, handle: handleOf(id), snapshot: record.content };
      await this.saves.update(loaded, change);
      return this.loaded.toSessionData(loaded);
    });
  }

  /** Like `update`, for the session object of a request: its earlier changes are saved too, and it holds the result afterwards. */
  async updateLoaded(session: SessionObject, change: SessionUpdate): Promise<void> {
    const loaded = this.loaded.get(session);
    if (!loaded) {
      change(session);
      await this.set(session.id, session as SessionData);
      return;
    }
    await this.queue.run(loaded.handle, async () => {
      await this.saves.update(loaded, change, session);
      replaceContent(session, loaded.content);
    });
  }

  /** Counts as use of a session that was loaded. @returns false if it has ended. */
  async touchIfDue(session: Partial<SessionData>): Promise<boolean> {
    const loaded = this.loaded.get(session);
    return !loaded || this.touches.touchIfDue(loaded, session.signedIn);
  }

  /**
   * Moves a session to a new id, with everything that was acknowledged under the old one. Works across shards (decision 0011).
   *
   * @throws {SessionError} E_NO_SESSION if it has ended meanwhile, E_SESSION_CONTENDED. Then the new session ends as well.
   */
  async rotate(oldHandle: string, id: string, session: SessionObject): Promise<void> {
    await this.endOnFailure(id, session, async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const record = await this.records.read(oldHandle);
        if (!record) throw noSession();
        replaceContent(session, record.content);
        await this.write(id, session as SessionData, record.createdAt);
        const outcome = await this.records.removeUnchanged(oldHandle, record.version);
        if (outcome === 'removed') return this.afterRotation(oldHandle, session);
        if (outcome === 'gone') throw noSession();
      }
      throw contended();
    });
  }

  /** Ends a session if the task that creates it fails: nobody would ever know its id. */
  async endOnFailure(id: string, session: Partial<SessionData>, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      await this.ends.end([handleOf(id)], 'revoked', session.signedIn).catch(() => undefined);
      throw error;
    }
  }

  /** The public name of a session: SHA-256 of its id. */
  handleOf(id: string): string {
    return handleOf(id);
  }

  /** Whether a session object is as it was loaded or last saved, so that saving it would write nothing. */
  isUnchanged(session: SessionObject): boolean {
    const loaded = this.loaded.get(session);
    return loaded !== undefined && isUnchanged(session, loaded);
  }

  /** undefined for a session object that was never saved. */
  lifetimeOf(session: object): (Lifetime & EngineTime) | undefined {
    return this.loaded.get(session);
  }

  /** Milliseconds until a loaded session ends if it is not used. */
  remainingMsOf(session: object): number {
    const loaded = this.loaded.get(session);
    return loaded ? this.records.lifetimes.remainingMs(loaded) : 0;
  }

  override readonly all = refuseScan;
  override readonly ids = refuseScan;
  override readonly length = refuseScan;
  override readonly clear = refuseScan;

  private write(id: string, session: SessionData, createdAt?: number): Promise<void> {
    const handle = handleOf(id);
    // Copied before the queue, since the caller may change its object meanwhile.
    const data = this.loaded.find(handle, session) ? session : (contentOf(session) as unknown as SessionData);
    return this.queue.run(handle, async () => {
      const loaded = this.loaded.find(handle, session);
      if (loaded) await this.saves.save(loaded, data);
      else await this.create(handle, session, data, createdAt);
    });
  }

  private async create(
    handle: string,
    session: SessionData,
    data: SessionData,
    createdAt?: number,
  ): Promise<void> {
    const content = checkSize(contentOf(data), this.maxDataBytes);
    const { signedIn } = data as Partial<SessionData>;
    if (isEndedByCookie(content))
      return void (await this.ends.endReplicated([handle], 'signed-out', signedIn));
    if (signedIn) await this.accounts.addPending(signedIn.accountId, handle);
    const created = await this.records.create(handle, content, createdAt);
    if (!created) return this.replace(handle, session, data);
    this.loaded.set(session, { ...created, handle, snapshot: content });
    if (signedIn) await this.accounts.confirm(signedIn.accountId, handle);
  }

  /** Saves a deep copy of an existing session. Nothing says what changed in it, so it replaces the content. */
  private async replace(handle: string, session: SessionData, data: SessionData): Promise<void> {
    const record = await this.records.read(handle);
    if (!record) throw contended();
    const loaded = { ...record, handle, snapshot: record.content };
    this.loaded.set(session, loaded);
    await this.saves.save(loaded, data);
  }

  private async afterRotation(oldHandle: string, { signedIn }: Partial<SessionData>): Promise<void> {
    this.notifications.publish({ handle: oldHandle, ended: 'rotated' });
    // A failure is harmless: reading the index removes dead entries.
    if (signedIn) await this.accounts.remove(signedIn.accountId, [oldHandle]).catch(() => undefined);
  }
}
