import type { IncomingMessage, OutgoingHttpHeader, RequestListener, Server, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type AbstractHttpAdapter, DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { CachedAnswer, Question } from '../lookup/cached-answer.js';
import { fastLaneChannel } from '../query-cache.channel.js';
import { QUERY_CACHE_OPTIONS, type QueryCacheOptions } from '../query-cache.options.js';
import { QueryCacheService } from '../query-cache.service.js';
import { JSON_TYPE, lookupHeaders } from './answer-headers.js';
import { hasFastLanes } from './fast-lane.checks.js';
import { declaredQuery, NORMAL_WAY_HEADERS } from './fast-lane.decorator.js';

const MOST_URLS = 5_000;
const LONGEST_URL = 512;
/** Other forms of If-None-Match go the normal way. */
const ONE_STRONG_TAG = /^"[^",]*"$/;
const OF_ONE_ANSWER = /^(?:age|cache-status|content-length|content-type|etag|server-timing)$/;
/** With one of these an answer is not the stored bytes alone, or not for everybody. */
const NOT_FOR_ALL = ['connection', 'content-encoding', 'set-cookie', 'trailer', 'transfer-encoding'];

/** What the normal way answered at a URL. */
interface Remembered {
  question: Question;
  /** For example `/flights/:id`. */
  route: string;
  /** Names and values, in turn: adding members to an object for each answer would cost more than all else here. */
  headers: OutgoingHttpHeader[];
  /** The request headers that `Vary` names. */
  varying: [string, unknown][];
  /** Two answers in a row had these headers, so they belong to no single request. */
  isProven: boolean;
}

/**
 * Answers requests for `@FastLane()` routes before Express, when the answer is fresh in this process. Other requests and
 * unusual ones go the normal way.
 */
@Injectable()
export class FastLaneListener implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly urls = new LRUCache<string, Remembered>({ max: MOST_URLS });
  private isClosed = false;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly discovery: DiscoveryService,
    private readonly queries: QueryCacheService,
    @Inject(QUERY_CACHE_OPTIONS) private readonly options: QueryCacheOptions,
  ) {}

  /** Takes the place of the server's listeners, as socket.io does, and calls them for what it does not answer. */
  onApplicationBootstrap(): void {
    // Undefined in an application without HTTP, for example a worker.
    const adapter = this.host.httpAdapter as AbstractHttpAdapter | undefined;
    if (!adapter || !hasFastLanes(this.discovery, this.queries, adapter)) return;
    const server = adapter.getHttpServer() as Server;
    const normalWay = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', (request, response) => {
      if (this.answer(request, response)) return;
      for (const listener of normalWay) listener.call(server, request, response);
    });
  }

  onModuleDestroy(): void {
    this.isClosed = true;
  }

  /** Remembers what the normal way is about to answer with. */
  observe(response: Response, { bytes, etag, lookup, question }: CachedAnswer<unknown>): void {
    if (!question || lookup.isScoped || declaredQuery(response) !== question.query) return;
    response.once('finish', () => {
      const { req } = response;
      const sent = ['Content-Type', 'ETag', 'Content-Length'].map((name) => String(response.getHeader(name)));
      const areStoredBytes = isDeepStrictEqual(sent, [JSON_TYPE, etag, String(bytes.length)]);
      if (response.statusCode !== 200 || !areStoredBytes || !this.isUsual(req, req.originalUrl)) return;
      const url = urlOf(req, req.originalUrl);
      if (NOT_FOR_ALL.some((name) => response.hasHeader(name))) this.urls.delete(url);
      else this.remember(url, response, question);
    });
  }

  private remember(url: string, response: Response, question: Question): void {
    const headers = Object.entries(response.getHeaders()).filter(([name]) => !OF_ONE_ANSWER.test(name)) as [
      string,
      OutgoingHttpHeader,
    ][];
    const vary =
      String(response.getHeader('Vary') ?? '')
        .toLowerCase()
        .match(/[^ ,]+/g) ?? [];
    const seen = {
      route: (response.req.route as { path: string }).path,
      headers: headers.flat(),
      // No request has a header named `*`, which means that the answer varies by something else.
      varying: vary.map((name): [string, unknown] => [name, name === '*' ? '*' : response.req.headers[name]]),
    };
    const { question: { entry } = {}, isProven: _, ...before } = this.urls.get(url) ?? {};
    const isProven = entry === question.entry && isDeepStrictEqual(before, seen);
    this.urls.set(url, { ...seen, question, isProven });
  }

  private answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { headers, method, url = '' } = request;
    const known = this.isUsual(request, url) ? this.urls.get(urlOf(request, url)) : undefined;
    const tag = headers['if-none-match'];
    if (!known?.isProven || (tag !== undefined && !ONE_STRONG_TAG.test(tag))) return false;
    if (known.varying.some(([name, value]) => headers[name] !== value)) return false;
    const startedAt = performance.now();
    const answer = known.question.peek(startedAt);
    if (!answer) return false;
    const { bytes, etag, lookup } = answer;
    const send = () => {
      known.question.count(lookup, startedAt);
      const all = known.headers.concat(lookupHeaders(lookup), 'ETag', etag);
      if (tag === etag) response.writeHead(304, all).end();
      else {
        all.push('Content-Type', JSON_TYPE, 'Content-Length', bytes.length);
        response.writeHead(200, all).end(method === 'HEAD' ? undefined : bytes);
      }
    };
    if (fastLaneChannel.hasSubscribers)
      fastLaneChannel.runStores({ request, response, route: known.route, startedAt }, send);
    else send();
    return true;
  }

  private isUsual({ method, headers, httpVersion }: IncomingMessage, url: string): boolean {
    if (this.isClosed || this.options.isStopping?.() || httpVersion !== '1.1') return false;
    if ((method !== 'GET' && method !== 'HEAD') || url.length > LONGEST_URL || !url.startsWith('/'))
      return false;
    for (const name in headers) if (NORMAL_WAY_HEADERS.has(name)) return false;
    return true;
  }
}

/** Method and whole URL, also as a proxy reports it. No header contains a line break, so different URLs are different texts. */
function urlOf({ method, headers }: IncomingMessage, path: string): string {
  const { host, 'x-forwarded-host': forwardedHost = '', 'x-forwarded-proto': scheme = '' } = headers;
  return `${method} ${path}\n${host}\n${String(forwardedHost)}\n${String(scheme)}`;
}
