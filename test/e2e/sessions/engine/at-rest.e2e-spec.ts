import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { handleOf, notificationChannel } from '../../../../src/sessions/records/sessions.keys.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { asOperator } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { idOf, keyOf, Visitors } from '../visitors.js';

const newCanary = () => `canary-${randomBytes(8).toString('hex')}`;

describe('sessions at rest', () => {
  const logged: unknown[] = [];
  const log = (...parts: unknown[]) => void logged.push(...parts);
  const logger: LoggerService = { log, warn: log, error: log };
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ logger });
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it('show none of 50 canaries in the engine or the logs', async () => {
    const canaries = (await Promise.all(Array.from({ length: 10 }, () => seedCanaries()))).flat();
    // Errors are logged, and might contain data.
    const [broken, whole] = [await visitors.newVisit(), await visitors.newVisit()];
    await engine.command('HSET', keyOf(broken), 'payload', 'broken');
    await visitors.current(broken).expect(401);
    app.engine.pause();
    await visitors.current(whole).expect(503);
    app.engine.resume();
    await until(async () => (await visitors.current(whole)).status === 200);

    const kept = [
      await dump(engine),
      inspect(logged, { depth: null, maxArrayLength: null, maxStringLength: null }),
    ];
    const found = canaries.filter((canary) => kept.some((text) => text.includes(canary)));
    expect([canaries.length, found]).toEqual([50, []]);
    expect(await dump(engine)).toContain('caching:session:');
  });

  it.each([
    ['payload', 'broken'],
    ['version', 'x'],
    ['createdAt', 'x'],
    ['createdAt', '9007199254740991'],
    ['lastSeenAt', '-1'],
  ])('are deleted and counted if their %s is corrupt (%s)', async (field, value) => {
    const visit = await visitors.newVisit();
    await engine.command('HSET', keyOf(visit), field, value);
    const before = await refusals();
    expect(await visitors.isSignedIn(visit)).toBe(false);
    expect(await engine.command('EXISTS', keyOf(visit))).toBe(0);
    expect(await refusals()).toBe(before + 1);
  });

  it('close their websockets if they are corrupt', async () => {
    const visit = await visitors.newVisit();
    const options = { transports: ['websocket'], forceNew: true, extraHeaders: { cookie: visit.cookie } };
    const socket = io(`${app.url}/sessions`, options);
    await new Promise((resolve) => void socket.once('state', resolve));
    const ended = new Promise((resolve) => void socket.once('ended', resolve));
    await engine.command('HSET', keyOf(visit), 'lastSeenAt', 'x');
    const notification = { handle: handleOf(idOf(visit)), ended: null };
    await engine.command('SPUBLISH', notificationChannel('caching'), JSON.stringify(notification));
    expect(await ended).toEqual({ reason: 'expired' });
    socket.disconnect();
  });

  it('are not accepted with the payload of another session', async () => {
    const [visit, other] = [await visitors.newVisit(), await visitors.newVisit()];
    const payload = await engine.command('HGET', keyOf(other), 'payload');
    await engine.command('HSET', keyOf(visit), 'payload', String(payload));
    expect(await visitors.isSignedIn(visit)).toBe(false);
    expect(await visitors.isSignedIn(other)).toBe(true);
  });

  /** The count in the metrics. */
  async function refusals(): Promise<number> {
    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    return Number(/^session_events_total\{.*session_event="refused".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Name, device, a field of the data, its value, and the id. */
  async function seedCanaries(): Promise<string[]> {
    const [name, device, field, value] = [newCanary(), newCanary(), newCanary(), newCanary()];
    const visit = await visitors.signIn(await visitors.newAccount(name), { device });
    await visitors.patch(visit, { [field]: value }).expect(200);
    return [name, device, field, value, idOf(visit)];
  }
});

const READS: Record<string, (key: string) => string[]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  list: (key) => ['LRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

/** Every key and what it holds. */
async function dump(engine: LocalEngine): Promise<string> {
  const keys = (await engine.command('KEYS', '*')) as string[];
  const values = await Promise.all(
    keys.map(async (key) => {
      const read = READS[String(await engine.command('TYPE', key))];
      // A key may have expired meanwhile.
      return read ? engine.command(...read(key)) : null;
    }),
  );
  return JSON.stringify([keys, values]);
}
