import type { IncomingHttpHeaders } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { RefusedError } from './problems.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const SAME_ORIGIN = new Set(['same-origin', 'none']);

/**
 * Whether a browser says the request comes from our own pages, by Fetch Metadata, else by Origin (OWASP CSRF
 * cheat sheet). A request with neither comes from no browser, and cookies are not sent on its behalf.
 */
export function comesFromOurPages(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string') return SAME_ORIGIN.has(site);
  return hasOwnOrigin(headers);
}

/** For websockets, where `Sec-Fetch-Site` is not sent by every browser but `Origin` always is. */
export function hasOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

export function refuseCrossSiteMutations(request: Request, _response: Response, next: NextFunction): void {
  if (SAFE_METHODS.has(request.method) || comesFromOurPages(request.headers)) return next();
  next(
    new RefusedError(
      'E_CROSS_SITE',
      'This request comes from another site. Send it from this application’s own pages.',
    ),
  );
}
