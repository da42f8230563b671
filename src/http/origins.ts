import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HTTP_OPTIONS, type HttpOptions } from './http.options.js';
import { RequestRefusedError } from './request-refused.error.js';
import { compileTrust, type TrustsProxy } from './trusted-proxies.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Absent in old browsers, in Chromium's websocket handshakes, and over plain HTTP to other hosts than localhost. */
const ACCEPTED_SITES = new Set([undefined, 'same-origin', 'none']);
/** Some proxies name the scheme of a websocket handshake after the websocket; `Origin` never does. */
const HTTP_SCHEME: Record<string, string> = { http: 'http', https: 'https', ws: 'http', wss: 'https' };

/**
 * Decides which pages may send requests to this application (OWASP CSRF cheat sheet). It is the only place that does: for HTTP,
 * for every websocket transport and for CORS.
 */
@Injectable()
export class Origins {
  /** For Express, so that it and this rule agree on which forwarded headers count. */
  readonly trustsProxy: TrustsProxy;
  private readonly allowed: ReadonlySet<string>;

  constructor(@Inject(HTTP_OPTIONS) { trustProxy, allowedOrigins }: HttpOptions) {
    this.trustsProxy = compileTrust(trustProxy);
    this.allowed = new Set(allowedOrigins);
  }

  /** Why an HTTP request is refused; null when it is accepted. Requests that only read are accepted from everywhere. */
  refusalOfRequest(request: IncomingMessage): RequestRefusedError | null {
    return SAFE_METHODS.has(request.method ?? '') ? null : this.refusalOf(request);
  }

  /** Why a websocket handshake is refused, whatever its transport and namespace; null when it is accepted. */
  refusalOfHandshake(request: IncomingMessage): RequestRefusedError | null {
    // engine.io answers JSONP to a <script> tag, which sends no Origin and can read the answer.
    const isJsonp = new URLSearchParams(request.url?.split('?', 2)[1]).has('j');
    if (!isJsonp) return this.refusalOf(request);
    return new RequestRefusedError(
      'E_CROSS_SITE',
      'JSONP polling is not supported. Use websocket or polling.',
    );
  }

  get hasOthers(): boolean {
    return this.allowed.size > 0;
  }

  /** Whether a page of another origin may read answers (CORS). */
  maySeeAnswers(origin: string | undefined): boolean {
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

  /** Scheme, host and port as the browser sees them; undefined when the headers give none. */
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

/** Each proxy may append its own value; the first is what the browser asked for. */
function firstOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return (
    String(headers[name] ?? '')
      .split(',', 1)[0]
      ?.trim()
      .toLowerCase() || undefined
  );
}
