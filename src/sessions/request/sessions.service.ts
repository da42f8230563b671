import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import { DevicesService } from './devices.service.js';
import { isObject, type JsonObject, mergePatch } from '../content/json-changes.js';
import { checkNesting, requireJson } from '../content/session-content.js';
import type { SignedIn } from '../content/session-data.js';
import type { SessionUpdate } from '../store/session-saves.js';
import { forget, SessionMiddleware, settle } from './session-middleware.js';
import { tell } from '../sessions.channel.js';
import { noSession, SessionError } from '../sessions.errors.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from '../sessions.options.js';
import { SessionsStore } from '../store/sessions.store.js';
import type { CurrentSession, DeviceSession, SessionEnd } from '../sessions.wire.js';

/** Who is asking to be signed in, already authenticated by the caller. */
export interface Identity {
  accountId: string;
  username: string;
  device: string | null;
}

/** A session that somebody is signed in with. */
export type SignedInSession = Request['session'] & Required<Pick<SessionData, 'signedIn' | 'data'>>;

/** Sessions on top of express-session: loaded on demand, saved before answering. */
@Injectable()
export class SessionsService {
  private readonly middleware: SessionMiddleware;
  private readonly perAccount: number;

  constructor(
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    private readonly store: SessionsStore,
    private readonly devices: DevicesService,
  ) {
    this.middleware = new SessionMiddleware(options, store);
    this.perAccount = options.perAccount;
  }

  /** Loads the request's session if it has one. @throws {EngineError} when the engine cannot say. */
  async load(request: Request, response: Response): Promise<void> {
    response.set('Cache-Control', 'no-store');
    await this.middleware.load(request, response);
    const lasts = await this.orForget(request, () => this.store.see(request.sessionID, request.session));
    // It has ended just now. A new one in its place would be saved, and get a cookie.
    if (!lasts) forget(request);
  }

  /** The session that a cookie header names; null if nobody is signed in with it. @throws {EngineError} */
  async open(cookie: string | undefined): Promise<SignedInSession | null> {
    const session = await this.middleware.open(cookie);
    return session.signedIn ? (session as SignedInSession) : null;
  }

  /** The session of who is signed in. @throws {SessionError} E_NO_SESSION if nobody is. */
  require(request: Request): SignedInSession {
    // After an end there is no session object at all, whatever express-session's types say.
    const session = request.session as Request['session'] | undefined;
    if (session?.signedIn) return session as SignedInSession;
    throw noSession();
  }

  /** Counts as use of the session. @returns false if it has ended. */
  see(session: SignedInSession): Promise<boolean> {
    return this.store.see(session.id, session);
  }

  /** Saves what the request changed; nothing if it changed nothing. */
  async save(request: Request): Promise<void> {
    const session = request.session as Request['session'] | undefined;
    if (!session) return;
    const isNew = !this.store.lifetimeOf(session);
    if (isNew && Object.keys(session).every((name) => name === 'cookie')) return;
    await this.orForget(request, () => settle((done) => session.save(done)));
  }

  /**
   * Starts a session under a new id and answers only once the engine has it; otherwise rejects and sets no cookie.
   *
   * @param confirm is asked once the session is there, so that nothing can end the account's sessions unseen in between;
   * the session ends if it rejects.
   */
  async signIn(
    request: Request,
    { accountId, username, device }: Identity,
    confirm?: () => Promise<void>,
  ): Promise<CurrentSession> {
    this.middleware.requireSecureConnection(request);
    const generation = await this.store.accounts.generation(accountId);
    const signedIn = { accountId, username, device, address: addressOf(request), generation };
    const [older, olderHandle] = [request.session, this.handleOf(request)];
    request.sessionStore.generate(request);
    const { session, sessionID } = request;
    const begin = async () => {
      Object.assign(session, { signedIn, data: {} });
      await settle((done) => session.save(done));
      await confirm?.();
      if (this.store.lifetimeOf(older)) await this.store.end([olderHandle], 'signed-out', older.signedIn);
      await this.devices.endSurplus(signedIn, this.perAccount, this.handleOf(request));
    };
    await this.orForget(request, () => this.store.orEnd(sessionID, session, begin));
    tell({ event: 'created', username, handle: this.handleOf(request) });
    return this.describe(this.require(request));
  }

  /** Gives the session a new id, as every change of privileges must; what the old one is used for meanwhile fails. */
  async rotate(request: Request): Promise<void> {
    const { signedIn } = this.require(request);
    const older = this.handleOf(request);
    request.sessionStore.generate(request);
    await this.orForget(request, () => this.store.move(older, request.sessionID, request.session));
    tell({ event: 'rotated', username: signedIn.username, handle: this.handleOf(request) });
  }

  /** Ends the session and takes its cookie away, once the engine has forgotten it. */
  async signOut(request: Request, response: Response): Promise<void> {
    const { signedIn } = this.require(request);
    await this.orForget(request, async () => {
      const ended = await this.store.endForGood([this.handleOf(request)], 'signed-out', signedIn);
      // It ended elsewhere meanwhile, or goes on under another id, which this must not call signed out.
      if (ended === 0) throw noSession();
    });
    forget(request);
    this.middleware.clearCookie(response);
  }

  /**
   * Changes the request's session atomically: what `change` reads, counts or appends is not lost to a request at the same time.
   * Afterwards the request's session is as it was saved. Outcomes and errors are those of `SessionsStore.update`.
   */
  update(request: Request, change: SessionUpdate): Promise<void> {
    return this.orForget(request, () => this.store.updateLoaded(request.session, change));
  }

  /**
   * Changes what is kept for the visitor by a JSON merge patch (RFC 7396). Patches at the same time have the effect of one after
   * the other. @returns it as saved.
   *
   * @throws {SessionError} E_INVALID if it is no object or has a value that JSON does not keep, E_TOO_LARGE
   */
  async patchData(request: Request, patch: unknown): Promise<JsonObject> {
    const session = this.require(request);
    if (!isObject(patch)) throw new SessionError('E_INVALID', 'Send a JSON object, which is a merge patch.');
    checkNesting(patch);
    requireJson(patch);
    await this.update(request, (draft) => (draft.data = mergePatch(draft.data, patch)));
    return session.data;
  }

  /** The sessions of the visitor's account, newest first. */
  async list(request: Request): Promise<DeviceSession[]> {
    const devices = await this.devices.list(this.require(request).signedIn.accountId);
    const current = this.handleOf(request);
    return devices.map(({ handle, signedIn, createdAt, lastSeenAt }) => ({
      handle,
      device: signedIn?.device ?? null,
      address: signedIn?.address ?? null,
      createdAt: iso(createdAt),
      lastSeenAt: iso(lastSeenAt),
      current: handle === current,
    }));
  }

  /** Ends one session of the visitor's account. @throws {SessionError} E_SESSION_UNKNOWN */
  async revoke(request: Request, response: Response, handle: string): Promise<void> {
    if (handle === this.handleOf(request)) return this.signOut(request, response);
    await this.devices.end(this.require(request).signedIn, handle);
  }

  /** Ends the other sessions of the visitor's account. @returns how many there were. */
  async endOthers(request: Request, reason: SessionEnd): Promise<number> {
    const { signedIn } = this.require(request);
    const generation = await this.store.accounts.nextGeneration(signedIn.accountId);
    // This one goes ahead, so that it is never one of those that are behind.
    signedIn.generation = generation;
    await this.save(request);
    await this.store.accounts.raiseGeneration(signedIn.accountId, generation);
    return this.devices.endOthers(signedIn, reason, this.handleOf(request));
  }

  /** Ends every session of an account; needs no session of it. @returns how many there were. */
  async endAccount(account: SignedIn, reason: SessionEnd): Promise<number> {
    const { accounts } = this.store;
    await accounts.raiseGeneration(account.accountId, await accounts.nextGeneration(account.accountId));
    return this.devices.endAll(account, reason);
  }

  /** Ends every session of the visitor's account. @returns how many there were. */
  async endAll(request: Request, response: Response): Promise<number> {
    const others = await this.endOthers(request, 'revoked');
    await this.signOut(request, response);
    return others + 1;
  }

  /** Lets subscribers know of a sign-in that was turned down; not under which name, which may be a mistyped password. */
  tellRefused(): void {
    tell({ event: 'refused', reason: 'sign-in' });
  }

  describe(session: SignedInSession): CurrentSession {
    const { accountId, username, device } = session.signedIn;
    const lifetime = this.store.lifetimeOf(session);
    if (!lifetime) throw noSession();
    return {
      accountId,
      username,
      device,
      createdAt: iso(lifetime.createdAt),
      lastSeenAt: iso(lifetime.lastSeenAt),
      idleExpiresAt: iso(this.store.records.idleEndOf(lifetime)),
      absoluteExpiresAt: iso(this.store.records.absoluteEndOf(lifetime)),
      data: session.data,
    };
  }

  private handleOf(request: Request): string {
    return this.store.handleOf(request.sessionID);
  }

  /** Without this express-session would save again at the end of the response, and set a cookie for what was not saved. */
  private async orForget<T>(request: Request, task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      forget(request);
      throw error;
    }
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** As `trust proxy` says. A proxy may pass on anything; only an address is kept, without its zone. */
function addressOf({ ip = '' }: Request): string | null {
  const [address = ''] = ip.split('%');
  return isIP(address) === 0 ? null : address;
}
