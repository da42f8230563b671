import { randomBytes, randomUUID } from 'node:crypto';
import { RedisStore } from 'connect-redis';
import type { Store } from 'express-session';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { installed } from '../../../support/app.js';
import { rounds } from '../../../support/scope.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { HELD_EVERY, lostWrites, raceAgainstRotation, restoredSessions } from './race-scenarios.js';

const RACES = Number(process.env['SESSION_RACES'] ?? rounds(1000));

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];

describe('concurrent requests on two nodes under plain express-session', { timeout: 120_000 }, () => {
  let server: LocalServer;
  beforeAll(async () => {
    server = await startTestEngine(kind);
  });
  afterAll(() => server.stop());

  describe('SessionsStore', () => {
    it(`keeps all of ${RACES} concurrent writes to one session`, async () => {
      await usingStores(ours, async (stores) => {
        expect(await lostWrites(RACES, stores)).toEqual({ acknowledged: RACES, lost: 0 });
      });
    });

    it(`restores no ended session in ${RACES} races of a sign-out against another request`, async () => {
      await usingStores(ours, async (stores) => {
        expect(await restoredSessions(RACES, stores)).toEqual({ signedOut: RACES, restored: 0 });
      });
    });
  });

  describe('SessionsStore.rotate', () => {
    it(`keeps acknowledged writes and sign-outs in ${RACES / 5} races`, async () => {
      await usingStores(ours, async ([here, there]) => {
        const count = { acknowledged: 0, lost: 0, signedOut: 0, restored: 0 };
        for (let i = 0; i < RACES / 5; i++) {
          const raced = await raceAgainstRotation(here as SessionsStore, there as SessionsStore, i);
          if (raced.isWritten) count.acknowledged++;
          if (raced.isWritten && !raced.hasWrite && !raced.isSignedOut) count.lost++;
          if (raced.isSignedOut) count.signedOut++;
          if (raced.isSignedOut && raced.isThere) count.restored++;
        }
        console.info(`new ids: ${JSON.stringify(count)}`);
        expect(count).toMatchObject({ lost: 0, restored: 0 });
        // Some requests must win and some must lose, otherwise they did not race.
        for (const happened of [count.acknowledged, count.signedOut]) {
          expect(happened).toBeGreaterThan(0);
          expect(happened).toBeLessThan(RACES / 5);
        }
      });
    });
  });

  describe('connect-redis alone (control)', () => {
    it('loses concurrent writes', async () => {
      await usingStores(stock, async (stores) => {
        const { acknowledged, lost } = await lostWrites(RACES / 10, stores);
        console.info(`control: ${lost} of ${acknowledged} writes lost`);
        expect(lost).toBeGreaterThan(0);
      });
    });

    it('restores ended sessions', async () => {
      await usingStores(stock, async (stores) => {
        const { signedOut, restored } = await restoredSessions(RACES / 10, stores);
        console.info(`control: ${restored} of ${signedOut} sessions restored`);
        expect(restored).toBeGreaterThanOrEqual(RACES / 10 / HELD_EVERY);
      });
    });
  });

  const sealingKeys = [randomBytes(32).toString('base64')];

  async function ours(keyPrefix: string): Promise<OpenStore> {
    // This process runs all nodes and clients, so a response may come late.
    const engine = new RedisEngine(parseEngineUrl(server.url), 10_000);
    engine.start();
    await until(() => engine.isReady);
    const lifetimes = { idleSeconds: 600, absoluteSeconds: 600 };
    const store = new SessionsStore({
      engine,
      keyPrefix,
      sealingKeys,
      ...lifetimes,
      largestDataBytes: RACES * 100,
    });
    return { store, close: () => engine.close() };
  }

  async function stock(prefix: string): Promise<OpenStore> {
    const client = createClient({ url: server.url.replace(/^valkey/, 'redis') });
    client.on('error', () => undefined);
    await client.connect();
    return { store: new RedisStore({ client, prefix }), close: () => client.destroy() };
  }
});

interface OpenStore {
  store: Store;
  close(): void;
}

async function usingStores(
  open: (prefix: string) => Promise<OpenStore>,
  use: (stores: Store[]) => Promise<void>,
): Promise<void> {
  const prefix = `races-${randomUUID()}`;
  const opened = [await open(prefix), await open(prefix)];
  try {
    await use(opened.map(({ store }) => store));
  } finally {
    for (const each of opened) each.close();
  }
}
