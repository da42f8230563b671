import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express, Response } from 'express';
import { CachedAnswer } from '../lookup/cached-answer.js';
import { describeLookup, JSON_TYPE } from './answer-headers.js';
import { FastLaneListener } from './fast-lane.listener.js';

/**
 * Makes Express send a {@link CachedAnswer}, where a handler returns one, as the stored bytes with the headers of the cache.
 *
 * Not an interceptor: what Nest does around one costs more than encoding the JSON again (docs/decisions/0012).
 */
@Injectable()
export class CachedAnswerSender implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly fastLane: FastLaneListener,
  ) {}

  onModuleInit(): void {
    const express = this.host.httpAdapter?.getInstance<Express | undefined>();
    // An application without HTTP has none.
    if (!express?.response) return;
    const { fastLane } = this;
    const { json } = express.response;
    express.response.json = function (this: Response, body: unknown) {
      if (!(body instanceof CachedAnswer)) return json.call(this, body);
      fastLane.observe(this, body);
      return send(this, body);
    };
  }
}

function send(response: Response, { bytes, etag, lookup }: CachedAnswer<unknown>): Response {
  describeLookup(response, lookup);
  response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('ETag', etag);
  // Express answers HEAD, and 304 where the ETag matches.
  return response.send(bytes);
}
