import { randomBytes, randomUUID } from 'node:crypto';
import type { SessionData } from 'express-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore, type SessionsStoreOptions } from '../../../../src/sessions/index.js';
import { handleOf, sessionKey } from '../../../../src/sessions/records/sessions.keys.js';
import { type SessionsOptions, SESSIONS_OPTIONS } from '../../../../src/sessions/sessions.options.js';
import { redisLike, startApp } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { Visitors } from '../visitors.js';

/** Each of these would break the test if the option were read again: other keys, short lifetimes, refusals. */
const CHANGED = {
  engine: undefined as unknown as RedisEngine,
  keyPrefix: 'changed',
  idleSeconds: 1,
  absoluteSeconds: 1,
  largestDataBytes: 1,
  perAccount: 1,
};

function change(options: Partial<SessionsOptions>): void {
  Object.assign(options, CHANGED);
  for (const list of [options.sealingKeys, options.secrets]) (list as string[] | undefined)?.fill('changed');
}

describe('options that the caller changes after the call', () => {
  let server: LocalEngine;
  let engine: RedisEngine;
  beforeAll(async () => {
    server = await startTestEngine(redisLike());
    engine = new RedisEngine(parseEngineUrl(server.url), 10_000);
    engine.start();
    await until(() => engine.isReady);
  });
  afterAll(async () => {
    engine.close();
    await server.stop();
  });

  it('have no effect on a SessionsStore', async () => {
    const keyPrefix = randomUUID();
    const sealingKeys = [randomBytes(32).toString('base64')];
    const lifetimes = { idleSeconds: 600, absoluteSeconds: 3_600 };
    const changed: SessionsStoreOptions = { engine, keyPrefix, sealingKeys: [...sealingKeys], ...lifetimes };
    const store = new SessionsStore(changed);
    change(changed);
    const id = randomUUID();
    await store.set(id, { cookie: { originalMaxAge: null }, n: 1 } as unknown as SessionData);
    await store.accounts.add('account', handleOf(id));
    const other = new SessionsStore({ engine, keyPrefix, sealingKeys, ...lifetimes });
    expect(await other.get(id)).toMatchObject({ n: 1 });
    expect(await other.accounts.has('account', handleOf(id))).toBe(true);
    const leftMs = Number(await server.command('PTTL', sessionKey(keyPrefix, handleOf(id))));
    expect(leftMs).toBeGreaterThan(500_000);
  });

  it('have no effect on the SessionsModule', async () => {
    const app = await startApp({ settings: { SESSIONS_PER_ACCOUNT: '2' } });
    try {
      change(app.get<SessionsOptions>(SESSIONS_OPTIONS));
      const visitors = new Visitors(app);
      const username = await visitors.newAccount();
      const visits = [await visitors.signIn(username), await visitors.signIn(username)];
      await visitors.patch(visits[0]!, { words: 'kept' }).expect(200);
      expect(await Promise.all(visits.map((visit) => visitors.isSignedIn(visit)))).toEqual([true, true]);
    } finally {
      await app.close();
    }
  });
});
