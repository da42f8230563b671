import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { SessionError } from './sessions.errors.js';
import type { SessionsOptions } from './sessions.options.js';
import type { SessionsStore } from './sessions.store.js';

/** express-session, run when somebody asks for the session rather than for each request. */
export class SessionMiddleware {
  private readonly cookieName: string;
  // No lifetime: the server knows when a session ends, and the cookie is set at a new id only. Set anew by each answer,
  // it would let a slow answer bring the id back that a sign-in has just replaced.
  private readonly cookie: { path: string; httpOnly: boolean; sameSite: 'lax'; secure: boolean };
  private readonly middleware: RequestHandler;

  constructor({ secrets, cookieSecure }: SessionsOptions, store: SessionsStore) {
    this.cookieName = cookieSecure ? '__Host-sid' : 'sid';
    this.cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: cookieSecure };
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
      'Sign in over HTTPS. Behind a proxy that ends it, set TRUST_PROXY=true; for a local demo, COOKIE_SECURE=false.',
    );
  }
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
