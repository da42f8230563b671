import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HTTP_OPTIONS, type HttpOptions } from '../http.options.js';
import { RequestRefusedError } from '../requests/request-refused.error.js';
import { compileTrust, type TrustsProxy } from './trusted-proxies.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** The header is absent in old browsers, in Chromium's websocket handshakes, and over plain HTTP except to localhost. */
const ACCEPTED_SITES = new Set([undefined, 'same-origin', 'none']);
/** Some proxies report `ws` for a websocket handshake. `Origin` always has `http`. */
const HTTP_SCHEME: Record<string, string> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };

/**
 * The one rule about which pages may send requests to this application (OWASP CSRF cheat sheet): for HTTP, every websocket
 * transport and CORS.
 */
@Injectable()
export class Origins {
  /** Express uses the same function, so that both trust the same forwarded headers. */
  readonly trustsProxy: TrustsProxy;
  private readonly allowed: ReadonlySet<string>;

  constructor(@Inject(HTTP_OPTIONS) { trustProxy, allowedOrigins }: HttpOptions) {
    this.trustsProxy = compileTrust(trustProxy);
    this.allowed = new Set(allowedOrigins);
  }

  /** The reason why an HTTP request is refused; null if it is accepted. Reads are accepted from every origin. */
  refusalOfRequest(request: IncomingMessage): RequestRefusedError | null {
    return SAFE_METHODS.has(request.method ?? '') ? null : this.refusalOf(request);
  }

  /** The reason why a websocket handshake is refused, on any transport and namespace; null if it is accepted. */
  refusalOfHandshake(request: IncomingMessage): RequestRefusedError | null {
    // A <script> tag of any page can send a JSONP request, without Origin, and read the answer.
    const isJsonp = new URLSearchParams(request.url?.split('?', 2)[1]).has('j');
    if (!isJsonp) return this.refusalOf(request);
    return new RequestRefusedError(
      'E_CROSS_SITE',
      'JSONP polling is not supported. Use websocket or polling.',
    );
  }

  /** As Express's `request.protocol`, also for a request that Express does not see. */
  schemeOf({ headers, socket }: IncomingMessage): string {
    const own = 'encrypted' in socket ? 'https' : 'http';
    if (!this.trustsProxy(socket.remoteAddress ?? '', 0)) return own;
    return firstOf(headers, 'x-forwarded-proto') ?? own;
  }

  /** Whether pages of further origins may read answers. */
  get hasOthers(): boolean {
    return this.allowed.size > 0;
  }

  /** Whether a page of another origin may read answers (CORS). */
  mayReadAnswers(origin: string | undefined): boolean {
    return origin !== undefined && this.allowed.has(origin);
  }

  private refusalOf(request: IncomingMessage): RequestRefusedError | null {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const isAccepted = origin === undefined || origin === this.ownOrigin(request) || this.allowed.has(origin);
    if (isAccepted && ACCEPTED_SITES.has(site)) return null;
    return new RequestRefusedError(
      'E_CROSS_SITE',
      'This request comes from a page of another origin. Send it from the application’s own pages. If this is one of them, ' +
        'set TRUST_PROXY for the proxy in front of the application, or name the page’s origin in ALLOWED_ORIGINS.',
    );
  }

  /** The application's origin as the browser sees it; undefined if the headers do not contain it. */
  private ownOrigin({ headers, socket }: IncomingMessage): string | undefined {
    const isForwarded = this.trustsProxy(socket.remoteAddress ?? '', 0);
    const forwarded = (name: 'x-forwarded-host' | 'x-forwarded-proto') =>
      isForwarded ? firstOf(headers, name) : undefined;
    const host = forwarded('x-forwarded-host') ?? headers.host;
    const scheme = HTTP_SCHEME[forwarded('x-forwarded-proto') ?? 'http'];
    const url = `${scheme}://${host}`;
    return scheme && host && URL.canParse(url) ? new URL(url).origin : undefined;
  }
}

/** Each proxy may append a value. The first one is what the browser requested. */
function firstOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return (
    String(headers[name] ?? '')
      .split(',', 1)[0]
      ?.trim()
      .toLowerCase() || undefined
  );
}
