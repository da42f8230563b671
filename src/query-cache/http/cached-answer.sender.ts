import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Response } from 'express';
import { CachedAnswer, type Lookup } from '../lookup/cached-answer.js';

/**
 * Teaches the application's Express to send a {@link CachedAnswer}, where a handler returns one, as the bytes that are stored, with
 * headers saying how it was come by. No interceptor, since what Nest does around one costs more than to make the JSON anew.
 */
@Injectable()
export class CachedAnswerSender implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const express = this.host.httpAdapter?.getInstance<Express | undefined>();
    // Without HTTP nobody is to be answered.
    if (!express?.response) return;
    const { json } = express.response;
    express.response.json = function (this: Response, body: unknown) {
      return body instanceof CachedAnswer ? send(this, body) : json.call(this, body);
    };
  }
}

function send(response: Response, { json, lookup }: CachedAnswer<unknown>): Response {
  describeLookup(response, lookup);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('ETag', json.etag);
  return response.send(json.bytes);
}

/** Sets `Cache-Status` (RFC 9211), `Server-Timing` (W3C) and `Age` (RFC 9111). Express answers HEAD, and 304 to who has the `ETag`. */
export function describeLookup(response: Response, lookup: Lookup): void {
  response.setHeader('Cache-Status', cacheStatus(lookup));
  response.setHeader('Server-Timing', serverTiming(lookup));
  response.setHeader('Age', String(Math.floor(lookup.ageSeconds)));
  // Clients may keep the answer but must ask whether it still holds: only this cache knows. What is somebody's own, nobody keeps.
  response.setHeader('Cache-Control', lookup.isScoped ? 'private, no-store' : 'no-cache');
}

function cacheStatus({ outcome, tier, ttlSeconds, stored }: Lookup): string {
  const ttl = ttlSeconds === null ? '' : `; ttl=${Math.floor(ttlSeconds)}`;
  const kept = `${stored ? '; stored' : ''}${ttl}; detail=${tier}`;
  switch (outcome) {
    case 'hit':
    case 'stale':
    case 'negative':
      return `query-cache; hit${kept}`;
    case 'coalesced':
      return `query-cache; fwd=uri-miss; collapsed${kept}`;
    case 'reload':
      return `query-cache; fwd=request${kept}`;
    case 'bypass':
      return 'query-cache; fwd=bypass; detail=database';
    case 'degraded':
      return 'query-cache; fwd=bypass; detail=engine-unavailable';
    default:
      return `query-cache; fwd=uri-miss${kept}`;
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
