import type { StartPeer } from './peer.js';
import { NormalController, startQueryCache } from './query-cache.js';

/** The query cache the normal way: through Express and Nest. */
export const start: StartPeer = (url) => startQueryCache(url, NormalController);
