import { redisInsStore } from 'cache-manager-redis-yet';
import { RedisStore } from 'connect-redis';
import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { EngineTrial } from '../engine-trial.js';
import { createLibraryClient } from '../../../src/engine/index.js';

const HOUR_MILLISECONDS = 3_600_000;

/** Libraries that expect a node-redis client work with the engine's client in every topology. */
export function describeLibraries(trial: EngineTrial): void {
  describe('libraries', () => {
    it('connect-redis stores, touches and destroys sessions', async () => {
      const client = createLibraryClient(trial.engine);
      const store = new RedisStore({ client, prefix: trial.prefix, ttl: 60 });
      const session = { cookie: { originalMaxAge: HOUR_MILLISECONDS }, visits: 1 } as unknown as SessionData;
      await store.set('one', session);
      expect(await store.get('one')).toEqual(session);
      expect(await client.pTTL(`${trial.prefix}one`)).toBeGreaterThan(0);
      await client.expire(`${trial.prefix}one`, 5);
      await store.touch('one', session);
      expect(await client.pTTL(`${trial.prefix}one`)).toBeGreaterThan(5_000);
      await store.destroy('one');
      expect(await store.get('one')).toBeNull();
    });

    it('cache-manager-redis-yet stores, expires and deletes values', async () => {
      // The store's types belong to an older node-redis. The commands are the same.
      const store = redisInsStore(createLibraryClient(trial.engine) as never);
      const keys = trial.spreadKeys(3) as [string, string, string];
      await store.set(keys[0], { answer: 42 }, HOUR_MILLISECONDS);
      await store.set(keys[1], 'short', 30);
      expect(await store.get(keys[0])).toEqual({ answer: 42 });
      expect(await store.ttl(keys[0])).toBeGreaterThan(0);
      await until(async () => (await store.get(keys[1])) === undefined);
      expect(await store.mget(...keys)).toEqual([{ answer: 42 }, undefined, undefined]);
      await store.mdel(...keys);
      expect(await store.get(keys[0])).toBeUndefined();
    });
  });
}
