import type { StartPeer } from './peer.js';
import { NormalController, startQueryCache } from './query-cache.js';

/** The query cache without memory in the process: each hit comes from the engine. */
export const start: StartPeer = (url) => startQueryCache(url, NormalController, { localTierBytes: 0 });
