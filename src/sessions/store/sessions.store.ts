import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { ignoreEngineError } from '../../engine/index.js';
import { AccountSessions } from '../accounts/account-sessions.store.js';
import { LoadedSessions } from './loaded-sessions.js';
import { checkSize, contentOf, fill } from '../content/session-content.js';
import { cookieContent, isOver, maxAgeOf } from '../content/session-cookie.js';
import type { SignedIn } from '../content/session-data.js';
import { SessionEnds } from '../ending/session-ends.js';
import { SessionSaves, type SessionUpdate } from './session-saves.js';
import { SessionNews } from '../ending/session-notifications.store.js';
import { engineNow, type Lifetime, SessionRecords } from '../records/session-records.store.js';
import { contended, noSession } from '../sessions.errors.js';
import { handleOf, sessionKeyPrefix } from '../records/sessions.keys.js';
import type { SessionsStoreOptions } from '../sessions.options.js';
import type { SessionEnd } from '../sessions.wire.js';
import { answer } from './store-callback.js';
import { Turns } from './keyed-queue.js';

type Callback = Parameters<RedisStore['get']>[1];

const LARGEST_DATA_BYTES = 4096;
/** How often a session that other requests change is moved again. */
const MOST_TRIES = 20;

/**
 * A store for express-session that loses no update and brings no ended session back: connect-redis' place and calls, with
 * hashed ids, sealed payloads and lifetimes of its own, which the cookie's `maxAge` can only shorten.
 *
 * A session object remembers what was loaded, and so does a shallow copy of it. Saving it compares and sets the version; if
 * another request was first, the fields that changed here are changed again in what is there now. Any other object is a new
 * session, or replaces the content of one that exists. One that ended is never made again.
 */
export class SessionsStore extends RedisStore {
  readonly records: SessionRecords;
  readonly accounts: AccountSessions;
  readonly news: SessionNews;
  private readonly ends: SessionEnds;
  private readonly saves: SessionSaves;
  private readonly largestDataBytes: number;
  private readonly loaded = new LoadedSessions();
  private readonly beginnings = new WeakMap<object, number>();
  private readonly turns = new Turns();

  /** @param given copied: to change the object afterwards changes nothing. */
  constructor(given: SessionsStoreOptions) {
    const options = { ...given };
    super({ client: options.engine.client, prefix: sessionKeyPrefix(options.keyPrefix) });
    this.records = new SessionRecords(options);
    this.accounts = new AccountSessions(options);
    this.news = new SessionNews(options);
    this.ends = new SessionEnds(options.engine, this.records, this.accounts, this.news);
    this.largestDataBytes = options.largestDataBytes ?? LARGEST_DATA_BYTES;
    this.saves = new SessionSaves(this.records, this.ends, this.news, this.largestDataBytes);
  }

  override get(id: string, callback?: Callback): Promise<unknown> {
    return answer(callback, async () => {
      const record = await this.records.read(handleOf(id));
      return record && this.loaded.open({ ...record, handle: handleOf(id), base: record.content });
    });
  }

  override createSession(request: Request, data: SessionData): Session & SessionData {
    const loaded = this.loaded.get(data);
    const session = super.createSession(request, data);
    if (loaded) this.loaded.set(session, loaded);
    return session;
  }

  /**
   * Saves what was changed in a loaded session object. Any other data is copied: it may be changed right after the call.
   *
   * @throws {SessionError} E_NO_SESSION if it has ended meanwhile, E_INVALID for what JSON would change, E_TOO_LARGE,
   * E_SESSION_CONTENDED.
   */
  override set(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return answer(callback, () => {
      const handle = handleOf(id);
      // Before the turn, during which the caller may change its object.
      const data = this.loaded.of(handle, session) ? session : (contentOf(session) as unknown as SessionData);
      return this.turns.take(handle, async () => {
        const loaded = this.loaded.of(handle, session);
        if (loaded) await this.saves.save(loaded, data);
        else await this.create(handle, session, data);
      });
    });
  }

  /** express-session calls it after each request. It costs a command only when `lastSeenAt` is due, or the cookie's `maxAge` changed. */
  override touch(id: string, session: SessionData, callback?: Callback): Promise<unknown> {
    return answer(callback, () => {
      const loaded = this.loaded.get(session);
      const maxAge = loaded && maxAgeOf(cookieContent(session.cookie, loaded.base['cookie'], loaded.expires));
      return !loaded || maxAge === loaded.maxAge ? this.see(id, session) : this.set(id, session);
    });
  }

  /**
   * Changes a session atomically: what a request reads, counts or appends in it is not lost to a request at the same time.
   *
   * @returns it as saved. @throws {SessionError} as `set` does; after an EngineError of outcome `unknown` it may be saved or not.
   */
  update(id: string, change: SessionUpdate): Promise<SessionData> {
    return this.turns.take(handleOf(id), async () => {
      const record = await this.records.read(handleOf(id));
      if (!record) throw noSession();
      const loaded = { ...record, handle: handleOf(id), base: record.content };
      await this.saves.update(loaded, change);
      return this.loaded.open(loaded);
    });
  }

  /** The same for the session object of a request, which has the result afterwards; what was changed in it before is saved too. */
  async updateLoaded(session: Session & Partial<SessionData>, change: SessionUpdate): Promise<void> {
    const loaded = this.loaded.get(session);
    if (!loaded) {
      change(session);
      await this.set(session.id, session as SessionData);
      return;
    }
    await this.turns.take(loaded.handle, async () => {
      await this.saves.update(loaded, change, session);
      fill(session, loaded.content);
    });
  }

  override destroy(id: string, callback?: Callback): Promise<unknown> {
    return answer(callback, async () => void (await this.endForGood([handleOf(id)], 'signed-out')));
  }

  /**
   * Moves `lastSeenAt` if it is due, and enters the session in its account again, which repairs one that was evicted. An engine
   * that takes no writes fails neither: the session just ends sooner.
   *
   * @returns false if the session has ended.
   */
  async see(id: string, session: Partial<SessionData>): Promise<boolean> {
    const loaded = this.loaded.get(session);
    if (!loaded || !this.records.isDue(loaded)) return true;
    const handle = handleOf(id);
    if (session.signedIn && !(await this.enter(handle, session.signedIn))) return false;
    const seenAt = await this.records.see(handle, loaded).catch(ignoreEngineError);
    if (seenAt === null) return false;
    loaded.lastSeenAt = seenAt ?? loaded.lastSeenAt;
    return true;
  }

  /** Ends sessions wherever they are used. @returns how many were there. */
  end(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    return this.ends.end(handles, reason, owner);
  }

  /** The same, answered once a replica has it where there are replicas. @throws {SessionError} E_NOT_REPLICATED */
  endForGood(handles: readonly string[], reason: SessionEnd, owner?: SignedIn): Promise<number> {
    return this.ends.endForGood(handles, reason, owner);
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

  /** How long a session that was loaded lasts if it is not used, in milliseconds. */
  remainingMsOf(session: object): number {
    const loaded = this.loaded.get(session);
    return loaded ? this.records.idleEndOf(loaded) - engineNow(loaded) : 0;
  }

  override readonly all = refuseToList;
  override readonly ids = refuseToList;
  override readonly length = refuseToList;
  override readonly clear = refuseToList;

  /** @param data a copy of the session object. */
  private async create(handle: string, session: SessionData, data: SessionData): Promise<void> {
    const content = checkSize(contentOf(data), this.largestDataBytes);
    const { signedIn } = data as Partial<SessionData>;
    if (isOver(content)) return void (await this.endForGood([handle], 'signed-out', signedIn));
    if (signedIn) await this.accounts.begin(signedIn.accountId, handle);
    const created = await this.records.create(handle, content, this.beginnings.get(session));
    if (created) {
      this.loaded.set(session, { ...created, handle, base: content });
      if (signedIn) await this.accounts.settle(signedIn.accountId, handle);
      return;
    }
    // A copy by value of a session that exists: nothing says what was changed in it, so it replaces the content.
    const record = await this.records.read(handle);
    if (!record) throw contended();
    const loaded = { ...record, handle, base: record.content };
    this.loaded.set(session, loaded);
    await this.saves.save(loaded, data);
  }

  /** A session that its account had lost when all were ended is of an older generation, and ends here. */
  private async enter(handle: string, signedIn: SignedIn): Promise<boolean> {
    await this.accounts.add(signedIn.accountId, handle).catch(ignoreEngineError);
    const generation = await this.accounts.generation(signedIn.accountId);
    if (signedIn.generation >= generation) return true;
    // It may be the one that has just ended the others, and was loaded before.
    const now = (await this.records.read(handle))?.content['signedIn'] as SignedIn | undefined;
    if (now && now.generation >= generation) return true;
    // Refused writes leave it there, but it is none all the same.
    await this.end([handle], 'revoked', signedIn).catch(ignoreEngineError);
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
    throw new Error(
      'Sessions are found by their id or account, never by a scan. List the sessions of an account instead.',
    );
  }) as Promise<never>;
}
