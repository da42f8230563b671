import type { ServerResponse } from 'node:http';
import type { Lookup } from '../lookup/cached-answer.js';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Sets `Cache-Status` (RFC 9211), `Server-Timing` (W3C), `Age` (RFC 9111) and `Cache-Control`. */
export function describeLookup(response: ServerResponse, lookup: Lookup): void {
  const headers = lookupHeaders(lookup);
  for (const name in headers) response.setHeader(name, headers[name as keyof typeof headers]);
  // Clients may keep an answer but must revalidate it: only this cache learns of invalidations. A private answer is kept by no client.
  response.setHeader('Cache-Control', lookup.isScoped ? 'private, no-store' : 'no-cache');
}

/** The headers that differ from lookup to lookup. */
export function lookupHeaders(lookup: Lookup) {
  return {
    'Cache-Status': cacheStatus(lookup),
    'Server-Timing': serverTiming(lookup),
    Age: String(Math.floor(lookup.ageSeconds)),
  };
}

function cacheStatus({ outcome, tier, ttlSeconds, stored }: Lookup): string {
  const ttl = ttlSeconds === null ? '' : `; ttl=${Math.floor(ttlSeconds)}`;
  const parameters = `${stored ? '; stored' : ''}${ttl}; detail=${tier}`;
  switch (outcome) {
    case 'hit':
    case 'stale':
    case 'negative':
      return `query-cache; hit${parameters}`;
    case 'coalesced':
      return `query-cache; fwd=uri-miss; collapsed${parameters}`;
    case 'reload':
      return `query-cache; fwd=request${parameters}`;
    case 'bypass':
      return 'query-cache; fwd=bypass; detail=database';
    case 'degraded':
      return 'query-cache; fwd=bypass; detail=engine-unavailable';
    default:
      return `query-cache; fwd=uri-miss${parameters}`;
  }
}

function serverTiming({ localMs, engineMs, databaseMs }: Lookup): string {
  const tiers: [string, number | null][] = [
    ['local', localMs],
    ['engine', engineMs],
    ['database', databaseMs],
  ];
  return tiers.flatMap(([tier, ms]) => (ms === null ? [] : [`${tier};dur=${ms.toFixed(3)}`])).join(', ');
}
