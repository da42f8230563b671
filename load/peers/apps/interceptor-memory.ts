import { startIntercepted } from './interceptor.js';
import type { StartPeer } from './peer.js';

/** The default store of `CacheModule`, in the memory of the process. */
export const start: StartPeer = () => startIntercepted();
