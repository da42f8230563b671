import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Response } from 'express';
import { CachedAnswer, type Lookup } from '../lookup/cached-answer.js';

/**
 * Makes Express send a {@link CachedAnswer}, where a handler returns one, as the stored bytes with the headers of the cache.
 *
 * Not an interceptor: what Nest does around one costs more than encoding the JSON again (docs/decisions/0012).
 */
@Injectable()
export class CachedAnswerSender implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const express = this.host.httpAdapter?.getInstance<Express | undefined>();
    // An application without HTTP has none.
    if (!express?.response) return;
    const { json } = express.response;
    express.response.json = function (this: Response, body: unknown) {
      return body instanceof CachedAnswer ? send(this, body) : json.call(this, body);
    };
  }
}

function send(response: Response, { bytes, etag, lookup }: CachedAnswer<unknown>): Response {
  describeLookup(response, lookup);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('ETag', etag);
  // Express answers HEAD, and 304 where the ETag matches.
  return response.send(bytes);
}

/** Sets `Cache-Status` (RFC 9211), `Server-Timing` (W3C), `Age` (RFC 9111) and `Cache-Control`. */
export function describeLookup(response: Response, lookup: Lookup): void {
  response.setHeader('Cache-Status', cacheStatus(lookup));
  response.setHeader('Server-Timing', serverTiming(lookup));
  response.setHeader('Age', String(Math.floor(lookup.ageSeconds)));
  // Clients may keep an answer but must revalidate it: only this cache learns of invalidations. A private answer is kept by no client.
  response.setHeader('Cache-Control', lookup.isScoped ? 'private, no-store' : 'no-cache');
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
