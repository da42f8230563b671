import { type Channel, channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupTrace } from './query-cache.wire.js';

/** Carries one {@link LookupTrace} per lookup of a cached query. Costs nothing without a subscriber. */
export const lookupChannel = channel('caching.query-cache.lookup') as Channel<unknown, LookupTrace>;

/** A request that is answered before the application's middleware, which would otherwise measure and trace it. */
export interface FastLaneRequest {
  request: IncomingMessage;
  /** Nothing of it is sent yet. */
  response: ServerResponse;
  /** The route that answers it the normal way, for example `/api/flights/:id`. */
  route: string;
  /** By `performance.now()`. */
  startedAt: number;
}

/**
 * Carries one {@link FastLaneRequest} per request that a `@FastLane()` answers. An AsyncLocalStorage that is bound to it (`bindStore`) has a
 * store while the lookup is published.
 */
export const fastLaneChannel = channel('caching.query-cache.fast-lane') as Channel<unknown, FastLaneRequest>;
