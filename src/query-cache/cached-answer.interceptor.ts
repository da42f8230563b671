import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { catchError, map, type Observable, throwError } from 'rxjs';
import { CachedAnswer, type Lookup } from './cached-query.js';

/**
 * Sends a handler's {@link CachedAnswer} as its value, with headers saying how it was come by. So does an error with a
 * `lookup`: that there is nothing is an answer of the cache, too.
 */
@Injectable()
export class CachedAnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof CachedAnswer)) return answer;
        describeLookup(response, answer.lookup);
        return answer.value as unknown;
      }),
      catchError((error: unknown) => {
        if (hasLookup(error)) describeLookup(response, error.lookup);
        return throwError(() => error);
      }),
    );
  }
}

function hasLookup(error: unknown): error is { lookup: Lookup } {
  return typeof error === 'object' && error !== null && 'lookup' in error && error.lookup !== undefined;
}

/** Sets `Cache-Status` (RFC 9211), `Server-Timing` (W3C) and `Age` (RFC 9111). Express adds `ETag` and answers 304. */
export function describeLookup(response: Response, lookup: Lookup): void {
  response.set({
    'Cache-Status': cacheStatus(lookup),
    'Server-Timing': serverTiming(lookup),
    Age: String(Math.floor(lookup.ageSeconds)),
    // Clients may keep the answer but must ask whether it still holds: only this cache knows.
    'Cache-Control': 'no-cache',
  });
}

function cacheStatus({ outcome, ttlSeconds, stored }: Lookup): string {
  const ttl = ttlSeconds === null ? '' : `; ttl=${Math.floor(ttlSeconds)}`;
  const kept = stored ? '; stored' : '';
  switch (outcome) {
    case 'hit':
      return `query-cache; hit${ttl}; detail=engine`;
    case 'coalesced':
      return `query-cache; fwd=uri-miss; collapsed${kept}${ttl}; detail=database`;
    case 'reload':
      return `query-cache; fwd=request${kept}${ttl}; detail=database`;
    case 'bypass':
      return 'query-cache; fwd=bypass; detail=database';
    case 'degraded':
      return 'query-cache; fwd=bypass; detail=engine-unavailable';
    default:
      return `query-cache; fwd=uri-miss${kept}${ttl}; detail=database`;
  }
}

function serverTiming({ engineMs, databaseMs }: Lookup): string {
  const tiers: [string, number | null][] = [
    ['engine', engineMs],
    ['database', databaseMs],
  ];
  return tiers.flatMap(([tier, ms]) => (ms === null ? [] : [`${tier};dur=${ms.toFixed(3)}`])).join(', ');
}
