import type { StartPeer } from './peer.js';
import { FastController, startQueryCache } from './query-cache.js';

/** The query cache on a `@FastLane()` route: hits are answered before Express. */
export const start: StartPeer = (url) => startQueryCache(url, FastController);
