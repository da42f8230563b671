import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { SessionError } from '../sessions.errors.js';
import type { SessionsOptions } from '../sessions.options.js';
import type { SessionsStore } from '../store/sessions.store.js';

/** express-session, run for the routes that need a session rather than for each request. */
export class SessionMiddleware {
  private readonly cookieName: string;
  // No lifetime: the server knows when a session ends, and the cookie is set at a new id only. If each answer set it, a slow
  // answer could bring back the id that a sign-in has just replaced.
  private readonly cookie: CookieOptions & { secure: boolean };
  private readonly middleware: RequestHandler;

  constructor(options: SessionsOptions, store: SessionsStore) {
    const { secrets, cookieSecure: secure, cookieDomain: domain, cookieSameSite: sameSite = 'lax' } = options;
    this.cookieName = options.cookieName ?? defaultName(options);
    this.cookie = { path: '/', httpOnly: true, sameSite, secure, ...(domain !== undefined && { domain }) };
    this.middleware = session({
      name: this.cookieName,
      secret: [...secrets],
      store,
      resave: false,
      saveUninitialized: false,
      // Not 'destroy': a request whose session could not be loaded has none either, and must not end it.
      unset: 'keep',
      cookie: this.cookie,
    });
  }

  /** Gives the request its session, or a new one that is saved only if something is put into it. @throws {EngineError} */
  async load(request: Request, response: Response): Promise<void> {
    await settle((done) => this.middleware(request, response, done));
  }

  /** The session that a cookie header names. @throws {EngineError} */
  async open(cookie: string | undefined): Promise<Request['session']> {
    const request = new IncomingMessage(new Socket()) as Request;
    Object.assign(request, { url: '/', headers: { cookie } });
    await this.load(request, new ServerResponse(request) as Response);
    return request.session;
  }

  clearCookie(response: Response): void {
    response.clearCookie(this.cookieName, this.cookie);
  }

  /** express-session would answer without the cookie, which looks like a sign-in and is none. */
  requireSecureConnection(request: Request): void {
    if (!this.cookie.secure || request.secure) return;
    throw new SessionError(
      'E_INSECURE_CONNECTION',
      'Sign in over HTTPS. Behind a proxy that ends it, set TRUST_PROXY (see .env.example); for a local demo, COOKIE_SECURE=false.',
    );
  }
}

/** Browsers hold a name with a prefix to its promise: `__Host-` to one host, both to HTTPS (RFC 6265bis, 4.1.3). */
function defaultName({ cookieSecure, cookieDomain }: SessionsOptions): string {
  if (!cookieSecure) return 'sid';
  return cookieDomain === undefined ? '__Host-sid' : '__Secure-sid';
}

/** Keeps express-session from saving at the end of the response, and from setting a cookie for what was not saved. */
export function forget(request: Request): void {
  Object.assign(request, { session: undefined });
}

export function settle(start: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}
