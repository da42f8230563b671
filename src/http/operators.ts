import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HTTP_OPTIONS, type HttpOptions } from './http.options.js';

/** Who is an operator: whoever has a key, or everyone in a demo. */
@Injectable()
export class Operators {
  private readonly digests: Buffer[];

  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {
    this.digests = options.operatorKeys.map(digest);
  }

  admits({ authorization = '' }: IncomingHttpHeaders): boolean {
    if (this.options.operatorsNeedNoKey) return true;
    const given = digest(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
    // Digests are of equal length, and every key is compared: the time says nothing about the keys.
    return this.digests.filter((key) => timingSafeEqual(key, given)).length > 0;
  }

  /** What `Cache-Control` asks of the cache (RFC 9111, section 5.2.1); only operators may ask the database directly. */
  cacheDirective(headers: IncomingHttpHeaders): 'no-cache' | 'no-store' | undefined {
    const asked = (headers['cache-control'] ?? '').split(',').map((part) => part.trim().toLowerCase());
    const directive = (['no-store', 'no-cache'] as const).find((name) => asked.includes(name));
    return directive && this.admits(headers) ? directive : undefined;
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
