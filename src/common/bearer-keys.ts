import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Checks `Authorization: Bearer <key>` (RFC 6750) against a list of keys; several are valid while one replaces another. */
export class BearerKeys {
  private readonly digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.digests = keys.map(digest);
  }

  /** Whether the request has one of the keys. */
  accept({ authorization = '' }: IncomingHttpHeaders): boolean {
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (key === undefined) return false;
    const given = digest(key);
    // In constant time: digests have one length, and every key is compared.
    return this.digests.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
