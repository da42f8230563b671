import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isObject, type JsonObject, mergePatch } from '../content/json-changes.js';
import { checkNesting, requireJson } from '../content/session-content.js';
import { engineNow, type EngineTime, type Lifetime } from '../records/session-lifetimes.js';
import { publishSessionEvent } from '../sessions.channel.js';
import { invalidPatch, noSession, notRecentlySignedIn } from '../sessions.errors.js';
import type { CurrentSession, DeviceSession, SessionEnd, StoredSession } from '../sessions.wire.js';
import type { SessionUpdate } from '../store/session-saves.js';
import { SessionsStore } from '../store/sessions.store.js';
import { DevicesService } from './devices.service.js';
import { GuestsService } from './guests.service.js';
import { detachOnFailure, detachSession, SessionMiddleware, toPromise } from './session-middleware.js';
import {
  authenticatedAtOf,
  type SignedInSession,
  toCurrentSession,
  toDeviceSession,
} from './session-responses.js';
import { type Identity, SignInService } from './sign-in.service.js';

/**
 * Sessions on top of express-session: loaded on demand, saved before the response. Methods with a request throw `SessionError`
 * E_SESSION_NOT_LOADED on a route without `@WithSession()` or `@SignedInOnly()`.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly middleware: SessionMiddleware,
    private readonly store: SessionsStore,
    private readonly devices: DevicesService,
    private readonly guests: GuestsService,
    private readonly signIns: SignInService,
  ) {}

  /** Loads the request's session, if it has one, and counts as use of it. @throws {EngineError} if the engine fails. */
  async load(request: Request, response: Response): Promise<void> {
    response.set('Cache-Control', 'no-store');
    await this.middleware.load(request, response);
    const exists = await detachOnFailure(request, () => this.store.touchIfDue(request.session));
    // It ended at this moment. Without this, express-session would save it as a new session and set a cookie.
    if (!exists) detachSession(request);
  }

  /** Loads the session of a cookie header; null if nobody is signed in with it. @throws {EngineError} if the engine fails. */
  async loadFromCookie(cookie: string | undefined): Promise<SignedInSession | null> {
    const session = await this.middleware.loadFromCookie(cookie);
    return session.signedIn ? (session as SignedInSession) : null;
  }

  /** Returns the session of a signed-in request. @throws {SessionError} E_NO_SESSION if nobody is signed in. */
  require(request: Request): SignedInSession {
    this.middleware.requireLoaded(request);
    // express-session's types say that there is always one, but after an end there is none.
    const session = request.session as Request['session'] | undefined;
    if (session?.signedIn) return session as SignedInSession;
    throw noSession();
  }

  /** As {@link require}. @throws {SessionError} E_NOT_RECENTLY_SIGNED_IN if the password was verified longer ago. */
  requireRecent(request: Request, withinSeconds: number): SignedInSession {
    const session = this.require(request);
    const lifetime = this.lifetimeOf(session);
    const agoMs = engineNow(lifetime) - authenticatedAtOf(session.signedIn, lifetime);
    if (agoMs <= withinSeconds * 1000) return session;
    throw notRecentlySignedIn(withinSeconds);
  }

  /** What the engine stores of the request's session. @throws {SessionError} E_NO_SESSION if it has ended. */
  async readStored(request: Request): Promise<StoredSession> {
    const stored = await this.store.records.readStored(this.handleOf(request));
    if (stored) return stored;
    throw noSession();
  }

  /** Counts as use of the session. @returns false if it has ended. */
  touch(session: SignedInSession): Promise<boolean> {
    return this.store.touchIfDue(session);
  }

  /**
   * Saves what the request changed in its session. Writes nothing if nothing changed. A new session of a visitor who has not signed in
   * becomes that of a guest: it is small, ends soon, and is counted for its address.
   *
   * @throws {SessionError} E_TOO_MANY_GUESTS, and E_NO_SESSION if the visitor has just signed in with another request.
   */
  async save(request: Request): Promise<void> {
    this.middleware.requireLoaded(request);
    const session = request.session as Request['session'] | undefined;
    if (!session || this.store.isUnchanged(session)) return;
    const isNew = !this.store.lifetimeOf(session);
    if (isNew && Object.keys(session).every((name) => name === 'cookie')) return;
    await detachOnFailure(request, async () => {
      await this.guests.admit(request);
      await toPromise((done) => session.save(done));
    });
  }

  /**
   * Starts a session under a new id, and resolves once the engine has it. If that fails, no cookie is set. What a guest has stored moves
   * into it, and the guest's session ends.
   *
   * @param confirm runs once the session exists, for example to check again that the password is unchanged: from then on, ending all
   * sessions of the account ends this one too. If it rejects, the session ends.
   */
  async signIn(request: Request, identity: Identity, confirm?: () => Promise<void>): Promise<CurrentSession> {
    await this.signIns.signIn(request, identity, confirm);
    return this.describe(this.require(request));
  }

  /** Gives the session a new id, as every change of privileges must. Requests that still use the old id fail. */
  async rotate(request: Request): Promise<void> {
    const { signedIn } = this.require(request);
    const oldHandle = this.handleOf(request);
    request.sessionStore.generate(request);
    await detachOnFailure(request, () => this.store.rotate(oldHandle, request.sessionID, request.session));
    this.middleware.keepCookie(request.session);
    publishSessionEvent({ event: 'rotated', username: signedIn.username, handle: this.handleOf(request) });
  }

  /** Call it when the visitor's password was verified again: from now on the session counts as recently signed in, under a new id. */
  async confirmAuthentication(request: Request): Promise<void> {
    const now = Math.floor(engineNow(this.lifetimeOf(this.require(request))));
    await this.update(request, ({ signedIn }) => {
      if (signedIn) signedIn.authenticatedAt = now;
    });
    await this.rotate(request);
  }

  /** Ends the session, then clears its cookie. */
  async signOut(request: Request, response: Response): Promise<void> {
    const { signedIn } = this.require(request);
    await detachOnFailure(request, async () => {
      const ended = await this.store.ends.endReplicated([this.handleOf(request)], 'signed-out', signedIn);
      // It ended on another node, or continues under another id: neither is a sign-out by this request.
      if (ended === 0) throw noSession();
    });
    detachSession(request);
    this.middleware.clearCookie(response);
  }

  /**
   * Changes the request's session atomically: what `change` reads, counts or appends is never lost to another request. Afterwards
   * `request.session` is as saved. Throws as `SessionsStore.update` and {@link save} do.
   */
  async update(request: Request, change: SessionUpdate): Promise<void> {
    this.middleware.requireLoaded(request);
    await detachOnFailure(request, async () => {
      await this.guests.admit(request);
      await this.store.updateLoaded(request.session, change);
    });
  }

  /** Returns the visitor's data, also those of a guest. Empty without a session. */
  readData(request: Request): JsonObject {
    this.middleware.requireLoaded(request);
    const session = request.session as Partial<Request['session']> | undefined;
    return session?.data ?? {};
  }

  /**
   * Applies a JSON merge patch (RFC 7396) to the visitor's data. Concurrent patches have the effect of one after the other. The first one
   * of a visitor without a session starts that of a guest.
   *
   * @returns the data as saved.
   * @throws {SessionError} E_INVALID if the patch is no object or has a value that JSON would change, E_TOO_LARGE, and as {@link save}.
   */
  async patchData(request: Request, patch: unknown): Promise<JsonObject> {
    if (!isObject(patch)) throw invalidPatch();
    checkNesting(patch);
    requireJson(patch);
    const isEmpty = Object.keys(mergePatch(this.readData(request), patch)).length === 0;
    if (isEmpty && !this.store.lifetimeOf(request.session)) return {};
    await this.update(request, (draft) => (draft.data = mergePatch(draft.data, patch)));
    return this.readData(request);
  }

  /** Lists the sessions of the visitor's account, newest first. */
  async list(request: Request): Promise<DeviceSession[]> {
    const devices = await this.devices.list(this.require(request).signedIn.accountId);
    const currentHandle = this.handleOf(request);
    return devices.map((device) => toDeviceSession(device, currentHandle));
  }

  /** Ends one session of the visitor's account. @throws {SessionError} E_SESSION_UNKNOWN */
  async revoke(request: Request, response: Response, handle: string): Promise<void> {
    const { signedIn } = this.require(request);
    if (handle === this.handleOf(request)) return this.signOut(request, response);
    await this.devices.end(signedIn, handle);
  }

  /** Ends the other sessions of the visitor's account. @returns how many existed. */
  async endOthers(request: Request, reason: SessionEnd): Promise<number> {
    const { signedIn } = this.require(request);
    const generation = await this.store.generations.next(signedIn.accountId);
    // This session is raised before the account, so that it is never stale.
    signedIn.generation = generation;
    await this.save(request);
    return this.devices.endAll(signedIn, reason, { generation, except: this.handleOf(request) });
  }

  /** Ends every session of the visitor's account. @returns how many existed. */
  async endAll(request: Request, response: Response): Promise<number> {
    const others = await this.endOthers(request, 'revoked');
    await this.signOut(request, response);
    return others + 1;
  }

  /**
   * Ends every session of an account, without a request of it: for password resets, disabled accounts and abuse. Sessions that the index
   * had lost end at their next use. To keep the account out, refuse its sign-ins first.
   *
   * @returns how many existed.
   * @throws {SessionError} E_NOT_REPLICATED @throws {EngineError} Call it again then.
   */
  async endAllOf(accountId: string, reason: SessionEnd = 'ended-by-operator'): Promise<number> {
    const generation = await this.store.generations.next(accountId);
    return this.devices.endAll({ accountId }, reason, { generation });
  }

  /** Publishes a refused sign-in. Without the username, which may be a mistyped password. */
  reportRefusedSignIn(): void {
    publishSessionEvent({ event: 'refused', reason: 'sign-in' });
  }

  /** Returns what `GET /api/sessions/current` shows of a loaded session. */
  describe(session: SignedInSession): CurrentSession {
    return toCurrentSession(session, this.lifetimeOf(session), this.store.records.lifetimes);
  }

  private lifetimeOf(session: SignedInSession): Lifetime & EngineTime {
    const lifetime = this.store.lifetimeOf(session);
    if (lifetime) return lifetime;
    throw noSession();
  }

  private handleOf(request: Request): string {
    return this.store.handleOf(request.sessionID);
  }
}
