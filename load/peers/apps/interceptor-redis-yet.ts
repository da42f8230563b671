import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { createClient } from 'redis';
import { startIntercepted } from './interceptor.js';
import { redisUrl, type StartPeer } from './peer.js';

/** The same store as on the textbook side of the application. */
export const start: StartPeer = async (url) => {
  // Without a listener node-redis would end the process.
  const client = createClient({ url: redisUrl(url) }).on('error', () => undefined);
  await client.connect();
  const peer = await startIntercepted({
    // Typed for an older node-redis; the commands are the same.
    stores: new KeyvAdapter(redisInsStore(client as never)),
    namespace: 'interceptor-redis-yet',
  });
  return {
    ...peer,
    close: async () => {
      await peer.close();
      client.destroy();
    },
  };
};
