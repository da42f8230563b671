import { Inject, Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type { SignedIn } from './session-data.js';
import { sessionChannel } from './sessions.channel.js';
import { SessionError } from './sessions.errors.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from './sessions.options.js';
import { SessionsStore } from './sessions.store.js';
import type { CurrentSession, SessionEvent } from './sessions.wire.js';

const LAST_SEEN_STEP_MS = 60_000;

/** Who is asking to be signed in, already authenticated by the caller. */
export interface Identity {
  accountId: string;
  username: string;
  device: string | null;
}

/** Sessions on top of express-session: loaded on demand, saved before answering. */
@Injectable()
export class SessionsService {
  private readonly store: SessionsStore;
  private readonly middleware: RequestHandler;
  private readonly cookieName: string;

  constructor(@Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions) {
    this.store = new SessionsStore(options);
    this.cookieName = options.cookieSecure ? '__Host-sid' : 'sid';
    this.middleware = session({
      name: this.cookieName,
      secret: [...options.secrets],
      store: this.store,
      resave: false,
      saveUninitialized: false,
      rolling: true,
      // Not 'destroy': a request whose session could not be loaded has none either, and must not end it.
      unset: 'keep',
      cookie: {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: options.cookieSecure,
        maxAge: options.idleSeconds * 1000,
      },
    });
  }

  /** Loads the request's session if it has one. Rejects with an EngineError when the engine cannot say. */
  async load(request: Request, response: Response): Promise<void> {
    response.set('Cache-Control', 'no-store');
    await settle((done) => this.middleware(request, response, done));
    const { signedIn } = request.session;
    if (signedIn && this.absoluteEndOf(signedIn) <= Date.now()) {
      await this.end(request);
      request.sessionStore.generate(request);
    } else if (signedIn && Date.now() - signedIn.lastSeenAt >= LAST_SEEN_STEP_MS)
      signedIn.lastSeenAt = Date.now();
  }

  /** Who is signed in. @throws {SessionError} E_NO_SESSION if nobody is. */
  require(request: Request): SignedIn {
    // After an end there is no session object at all, whatever express-session's types say.
    const signedIn = (request.session as Request['session'] | undefined)?.signedIn;
    if (signedIn) return signedIn;
    throw new SessionError(
      'E_NO_SESSION',
      'Nobody is signed in here, or the session has ended. Sign in with POST /api/sessions.',
    );
  }

  /** Starts a session under a new id and answers only once the engine has it; otherwise rejects and sets no cookie. */
  async signIn(request: Request, identity: Identity): Promise<CurrentSession> {
    this.requireSecureConnection(request);
    const now = Date.now();
    const signedIn: SignedIn = {
      ...identity,
      address: request.ip ?? null,
      createdAt: now,
      lastSeenAt: now,
      data: {},
    };
    try {
      const { signedIn: before } = request.session as Partial<Request['session']>;
      if (before) await this.store.dismiss(before.accountId, request.sessionID);
      await settle((done) => request.session.regenerate(done));
      this.store.beginning(request.sessionID);
      request.session.signedIn = signedIn;
      await settle((done) => request.session.save(done));
      await this.store.admit(identity.accountId, request.sessionID);
    } catch (error) {
      forget(request);
      throw error;
    }
    this.tell('created', identity.username, request.sessionID);
    return this.describe(signedIn);
  }

  /** Ends the session and takes its cookie away, once the engine has forgotten it. */
  async signOut(request: Request, response: Response): Promise<void> {
    this.require(request);
    await this.end(request);
    response.clearCookie(this.cookieName, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.options.cookieSecure,
    });
  }

  /** Lets subscribers know of a sign-in that was turned down; not under which name, which may be a mistyped password. */
  tellRefused(): void {
    this.tell('refused', null, null);
  }

  describe(signedIn: SignedIn): CurrentSession {
    const { accountId, username, device, createdAt, lastSeenAt, data } = signedIn;
    const absoluteEnd = this.absoluteEndOf(signedIn);
    const idleEnd = Math.min(Date.now() + this.options.idleSeconds * 1000, absoluteEnd);
    return {
      accountId,
      username,
      device,
      createdAt: new Date(createdAt).toISOString(),
      lastSeenAt: new Date(lastSeenAt).toISOString(),
      idleExpiresAt: new Date(idleEnd).toISOString(),
      absoluteExpiresAt: new Date(absoluteEnd).toISOString(),
      data,
    };
  }

  /** express-session would answer without the cookie, which looks like a sign-in and is none. */
  private requireSecureConnection(request: Request): void {
    if (!this.options.cookieSecure || request.secure) return;
    throw new SessionError(
      'E_INSECURE_CONNECTION',
      'Sign in over HTTPS. Behind a proxy that ends it, set TRUST_PROXY=true; for a local demo, COOKIE_SECURE=false.',
    );
  }

  private async end(request: Request): Promise<void> {
    const { sessionID } = request;
    const { accountId, username } = this.require(request);
    try {
      await settle((done) => request.session.destroy(done));
    } catch (error) {
      forget(request);
      throw error;
    }
    await this.store.dismiss(accountId, sessionID);
    this.tell('ended', username, sessionID);
  }

  private absoluteEndOf({ createdAt }: SignedIn): number {
    return createdAt + this.options.absoluteSeconds * 1000;
  }

  private tell(event: SessionEvent['event'], username: string | null, id: string | null): void {
    if (!sessionChannel.hasSubscribers) return;
    const message: SessionEvent = {
      at: new Date().toISOString(),
      event,
      username,
      sessionHash: id && this.store.fingerprint(id),
    };
    sessionChannel.publish(message);
  }
}

/** Keeps express-session from saving at the end of the response, and from setting a cookie for what was not saved. */
function forget(request: Request): void {
  Object.assign(request, { session: undefined });
}

function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
