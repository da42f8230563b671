import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { pathOf } from '../protocol.js';
import { database } from './database.js';
import {
  MEMORY_BYTES,
  portOf,
  serverOf,
  startNest,
  type StartPeer,
  TTL_SECONDS,
  UNSUPPORTED,
} from './peer.js';
import { ReadingModule } from './reading.js';

/** Two tiers, a bus and tags. */
export const start: StartPeer = async (url) => {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  const bento = new BentoCache({
    default: 'answers',
    prefix: 'bentocache',
    ttl: `${TTL_SECONDS}s`,
    stores: {
      answers: bentostore()
        // Serialised in memory, the default: with `serialize: false` an expiry announced by the bus ends the process (1.6.1, issue 111).
        .useL1Layer(memoryDriver({ maxSize: MEMORY_BYTES }))
        // Without a time limit of ioredis, a read waits as long as a silent server is silent.
        .useL2Layer(redisDriver({ connection: { ...connection, commandTimeout: 300 } }))
        .useBus(redisBusDriver({ connection })),
    },
    // While the engine fails, the next reads do not wait for it.
    l2CircuitBreakerDuration: '1s',
  });
  const app = await startNest(
    ReadingModule.with((answer) =>
      bento.getOrSet({
        key: pathOf(answer),
        factory: () => database.query(answer),
        tags: [pathOf(answer)],
      }),
    ),
  );
  return {
    ...UNSUPPORTED,
    port: portOf(serverOf(app)),
    invalidate: (answer) => bento.deleteByTag({ tags: [pathOf(answer)] }),
    close: async () => {
      await app.close();
      await bento.disconnectAll();
    },
  };
};
