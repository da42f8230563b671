import { createKeyvNonBlocking } from '@keyv/redis';
import { RedisMessageProvider } from '@qified/redis';
import { Cacheable, createKeyv } from 'cacheable';
import { pathOf } from '../protocol.js';
import { database } from './database.js';
import {
  MOST_ENTRIES,
  portOf,
  redisUrl,
  serverOf,
  startNest,
  type StartPeer,
  TTL_SECONDS,
  UNSUPPORTED,
} from './peer.js';
import { ReadingModule } from './reading.js';

/** Two tiers, kept equal by CacheSync. */
export const start: StartPeer = async (url) => {
  const uri = redisUrl(url);
  const cache = new Cacheable({
    // No copy of the value for each hit: the route only serialises it.
    primary: createKeyv({ useClone: false, lruSize: MOST_ENTRIES }),
    // "By default it causes hangs and blocking": README, "Non-Blocking with @keyv/redis".
    secondary: createKeyvNonBlocking(uri),
    nonBlocking: true,
    ttl: `${TTL_SECONDS}s`,
    namespace: 'cacheable',
    // Not `tags: true`: that reads the tags from the engine for each hit.
    sync: { qified: new RedisMessageProvider({ uri }) },
  });
  cache.on('error', () => undefined);
  const app = await startNest(
    ReadingModule.with(async (answer) => {
      const value = await cache.getOrSet(pathOf(answer), () => database.query(answer));
      return value ?? database.query(answer);
    }),
  );
  return {
    ...UNSUPPORTED,
    port: portOf(serverOf(app)),
    invalidate: (answer) => cache.delete(pathOf(answer)),
    close: async () => {
      await app.close();
      await cache.disconnect();
    },
  };
};
