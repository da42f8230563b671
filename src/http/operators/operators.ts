import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { BearerKeys } from '../../common/index.js';
import { HTTP_OPTIONS, type HttpOptions } from '../http.options.js';
import { RequestRefusedError } from '../requests/request-refused.error.js';

/** Loopback hosts. Any other DNS name can be rebound to the loopback by an attacker; these cannot. */
const LOOPBACK_HOST = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Decides whether a request comes from an operator: it has a key or, in a demo, its host is a loopback address. */
@Injectable()
export class Operators {
  private readonly keys: BearerKeys;

  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {
    this.keys = new BearerKeys(options.operatorKeys);
  }

  /** Whether the request comes from an operator. */
  admits(headers: IncomingHttpHeaders): boolean {
    return this.refusalOf(headers) === null;
  }

  /** The reason why the request is refused; null for an operator. */
  refusalOf(headers: IncomingHttpHeaders): RequestRefusedError | null {
    if (this.keys.accept(headers)) return null;
    if (!this.options.operatorsNeedNoKey) {
      return new RequestRefusedError(
        'E_KEY_REQUIRED',
        'This is the operator’s part. Send Authorization: Bearer <OPERATOR_KEY>.',
      );
    }
    if (LOOPBACK_HOST.test(headers.host ?? '')) return null;
    return new RequestRefusedError(
      'E_HOST_UNKNOWN',
      'In demo mode the operator’s part answers requests for localhost only. Open the application as http://localhost, with its port.',
    );
  }

  /** The request's `Cache-Control` directive (RFC 9111, section 5.2.1). It is honoured for operators only, since it makes the database work. */
  cacheDirective(headers: IncomingHttpHeaders): 'no-cache' | 'no-store' | undefined {
    const asked = (headers['cache-control'] ?? '').split(',').map((part) => part.trim().toLowerCase());
    const directive = (['no-store', 'no-cache'] as const).find((name) => asked.includes(name));
    return directive && this.admits(headers) ? directive : undefined;
  }
}
