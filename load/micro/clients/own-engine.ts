import { openEngine } from '../engine/open-engine.js';
import type { ClientKind } from './compared-client.js';

/** `src/engine`, as the application uses it. */
export const ownEngine: ClientKind = {
  name: 'src/engine',
  async open({ url }) {
    const engine = await openEngine(url);
    return {
      get: (key) => engine.call(key, (client) => client.get(key)),
      increment: (key, amount) => engine.call(key, (client) => client.incrBy(key, amount)),
      close: () => engine.close(),
    };
  },
};
