import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { engineNow } from '../records/session-lifetimes.js';
import { notLoaded, otherSession, SessionError } from '../sessions.errors.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from '../sessions.options.js';
import { SessionsStore } from '../store/sessions.store.js';

/** Runs express-session for the routes that need a session, not for every request. */
@Injectable()
export class SessionMiddleware {
  private readonly cookieName: string;
  // Has no lifetime, so it is set only for a new id: the server knows when a session ends. A cookie in every response could restore
  // the id that a sign-in has just replaced.
  private readonly cookie: CookieOptions & { secure: boolean };
  private readonly middleware: RequestHandler;
  /** By request: the session id of its cookie. */
  private readonly cookieIds = new WeakMap<Request, string>();

  constructor(
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    private readonly store: SessionsStore,
  ) {
    const { secrets, cookieSecure: secure, cookieDomain: domain, cookieSameSite: sameSite = 'lax' } = options;
    this.cookieName = options.cookieName ?? defaultName(options);
    this.cookie = { path: '/', httpOnly: true, sameSite, secure, ...(domain !== undefined && { domain }) };
    this.middleware = session({
      name: this.cookieName,
      secret: [...secrets],
      store,
      resave: false,
      saveUninitialized: false,
      // Not 'destroy', which would also end a session that could not be loaded (decision 0003).
      unset: 'keep',
      cookie: this.cookie,
    });
  }

  /** Loads the request's session, or a new one that is saved only if the request changes it. @throws {EngineError} */
  async load(request: Request, response: Response): Promise<void> {
    const { session: loaded } = request as Partial<Request>;
    if (loaded && !this.hasLoaded(request)) throw otherSession();
    const loading = toPromise((done) => this.middleware(request, response, done));
    // Until the store has answered, `sessionID` is the id of the cookie. Without a valid cookie there is a new session at once.
    if (!(request as Partial<Request>).session) this.cookieIds.set(request, request.sessionID);
    await loading;
  }

  /** The session id of the request's cookie; undefined if it has no valid one. The session may have ended. */
  cookieIdOf(request: Request): string | undefined {
    return this.cookieIds.get(request);
  }

  /** @throws {SessionError} E_SESSION_NOT_LOADED if {@link load} was not called for this request. */
  requireLoaded(request: Request | undefined): void {
    if (!request || !this.hasLoaded(request)) throw notLoaded();
  }

  /** Loads the session of a cookie header, for websockets. @throws {EngineError} */
  async loadFromCookie(cookie: string | undefined): Promise<Request['session']> {
    const request = new IncomingMessage(new Socket()) as Request;
    Object.assign(request, { url: '/', headers: { cookie } });
    await this.load(request, new ServerResponse(request) as Response);
    return request.session;
  }

  /** Keeps the cookie of a remembered session when the browser ends. Call it in a request that gives the session a new id. */
  keepCookie(session: Request['session']): void {
    const lifetime = this.store.lifetimeOf(session);
    if (lifetime?.kind !== 'remembered') return;
    session.cookie.maxAge = this.store.records.lifetimes.absoluteEndOf(lifetime) - engineNow(lifetime);
  }

  clearCookie(response: Response): void {
    response.clearCookie(this.cookieName, this.cookie);
  }

  /** Over plain HTTP express-session would silently leave out a secure cookie. @throws {SessionError} E_INSECURE_CONNECTION */
  requireSecureConnection(request: Request): void {
    if (!this.cookie.secure || request.secure) return;
    throw new SessionError(
      'E_INSECURE_CONNECTION',
      'Sign in over HTTPS. Behind a proxy that terminates TLS, set TRUST_PROXY (see .env.example). For a local demo, set COOKIE_SECURE=false.',
    );
  }

  private hasLoaded({ sessionStore }: { sessionStore: object }): boolean {
    return sessionStore === this.store;
  }
}

/** Browsers enforce the prefixes: `__Host-` means one host and HTTPS, `__Secure-` means HTTPS (RFC 6265bis, 4.1.3). */
function defaultName({ cookieSecure, cookieDomain }: SessionsOptions): string {
  if (!cookieSecure) return 'sid';
  return cookieDomain === undefined ? '__Host-sid' : '__Secure-sid';
}

/** Stops express-session from saving the session at the end of the response and from setting a cookie for it. */
export function detachSession(request: Request): void {
  Object.assign(request, { session: undefined });
}

/** Without this, express-session would save again at the end of the response and set a cookie for an unsaved session. */
export async function detachOnFailure<T>(request: Request, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    detachSession(request);
    throw error;
  }
}

/** Turns a callback-style call into a promise. */
export function toPromise(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
