import type { ServerResponse } from 'node:http';
import type { Lookup } from '../lookup/cached-answer.js';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Sets `Cache-Status` (RFC 9211), `Server-Timing` (W3C), `Age` (RFC 9111) and `Cache-Control`. */
export function describeLookup(response: ServerResponse, lookup: Lookup): void {
  response.setHeader('Cache-Status', cacheStatus(lookup));
  response.setHeader('Server-Timing', serverTiming(lookup));
  response.setHeader('Age', ageOf(lookup));
  // Clients may keep an answer but must revalidate it: only this cache learns of invalidations. A private answer is kept by no client.
  response.setHeader('Cache-Control', lookup.isScoped ? 'private, no-store' : 'no-cache');
}

/** Names and values, in turn, of the headers that differ from lookup to lookup. */
export function lookupHeaders(lookup: Lookup): string[] {
  return ['Cache-Status', cacheStatus(lookup), 'Server-Timing', serverTiming(lookup), 'Age', ageOf(lookup)];
}

function ageOf({ ageSeconds }: Lookup): string {
  return String(Math.floor(ageSeconds));
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

function serverTiming({ localMs, engineMs, waitMs, databaseMs }: Lookup): string {
  // An answer of this process has no other phase.
  if (localMs !== null) return durationOf('local', localMs);
  const phases = [
    durationOf('engine', engineMs),
    durationOf('lease', waitMs),
    durationOf('database', databaseMs),
  ];
  return phases.filter((phase) => phase !== '').join(', ');
}

function durationOf(phase: string, ms: number | null): string {
  return ms === null ? '' : `${phase};dur=${ms.toFixed(3)}`;
}
