import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { handleOf, notificationChannel } from '../../../../src/sessions/records/sessions.keys.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { asOperator, type Settings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { idOf, keyOf, type Visit, Visitors } from '../visitors.js';

const newKey = () => randomBytes(32).toString('base64');
const newCanary = () => `canary-${randomBytes(8).toString('hex')}`;

describe('sessions at rest', () => {
  const logged: unknown[] = [];
  const log = (...parts: unknown[]) => void logged.push(...parts);
  const logger: LoggerService = { log, warn: log, error: log };
  const keys = { SESSION_SECRETS: newKey(), SESSION_SEALING_KEYS: newKey() };
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ settings: keys, logger });
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it('leaves none of 50 canaries in the engine or the logs', async () => {
    const canaries = (await Promise.all(Array.from({ length: 10 }, () => seedCanaries()))).flat();
    // What goes wrong is logged, and may say too much.
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
  ])('takes a session with a corrupted %s (%s) for none, deletes it and counts it', async (field, value) => {
    const visit = await visitors.newVisit();
    await engine.command('HSET', keyOf(visit), field, value);
    const before = await refusals();
    expect(await visitors.isSignedIn(visit)).toBe(false);
    expect(await engine.command('EXISTS', keyOf(visit))).toBe(0);
    expect(await refusals()).toBe(before + 1);
  });

  it('drops the sockets of a session that was corrupted', async () => {
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

  describe.each([
    ['12 s fast', 12_000],
    ['a day fast', 86_400_000],
    ['12 s slow', -12_000],
  ])('on a node whose clock is %s', (_skew, skewMs) => {
    async function skewed<T>(task: () => Promise<T>): Promise<T> {
      const clock = vi.spyOn(Date, 'now');
      clock.mockReturnValue(Date.now() + skewMs);
      try {
        return await task();
      } finally {
        clock.mockRestore();
      }
    }

    it('a session is as long as on any other', async () => {
      const node = await app.startNode({ SESSION_IDLE_SECONDS: '2' });
      const there = new Visitors(node);
      const wrong = await skewed(() => there.newVisit());
      const right = await there.newVisit();
      const ttls = [wrong, right].map(async (visit) => Number(await engine.command('PTTL', keyOf(visit))));
      for (const ttl of await Promise.all(ttls)) expect(Math.abs(ttl - 2_000)).toBeLessThan(2_000);
      // Both are used for longer than they live without use, one by nodes with the right time.
      const until = performance.now() + 3_000;
      while (performance.now() < until) {
        expect(await there.isSignedIn(wrong)).toBe(true);
        expect(await skewed(() => there.isSignedIn(right))).toBe(true);
      }
      await node.close();
    });
  });

  it('counts a time in the future as due, which a server that was replaced may have written', async () => {
    const visit = await visitors.newVisit();
    const future = Date.now() + 3_600_000;
    await engine.command('HSET', keyOf(visit), 'lastSeenAt', `${future}`);
    await visitors.current(visit).expect(200);
    expect(Number(await engine.command('HGET', keyOf(visit), 'lastSeenAt'))).toBeLessThan(future);
  });

  it('takes a payload that was swapped with another session’s for no session', async () => {
    const [visit, other] = [await visitors.newVisit(), await visitors.newVisit()];
    const payload = await engine.command('HGET', keyOf(other), 'payload');
    await engine.command('HSET', keyOf(visit), 'payload', String(payload));
    expect(await visitors.isSignedIn(visit)).toBe(false);
    expect(await visitors.isSignedIn(other)).toBe(true);
  });

  it.each(['SESSION_SECRETS', 'SESSION_SEALING_KEYS'] as const)(
    'signs nobody out by a new key in %s, and everybody by removing the old one',
    async (setting) => {
      const [older, newer] = [keys[setting], newKey()];
      const visit = await visitors.newVisit();
      expect(await isSignedInWith({ [setting]: `${newer},${older}` }, visit)).toBe(true);
      expect(await isSignedInWith({ [setting]: newer }, visit)).toBe(false);
    },
  );

  it.each(['SESSION_SECRETS', 'SESSION_SEALING_KEYS'] as const)(
    'signs nobody out while nodes with the new key in %s last and nodes with it first run side by side',
    async (setting) => {
      const newer = newKey();
      const nodes = [
        await app.startNode({ [setting]: `${keys[setting]},${newer}` }),
        await app.startNode({ [setting]: `${newer},${keys[setting]}` }),
      ];
      const there = nodes.map((node) => new Visitors(node));
      const visits = await Promise.all(there.map((each) => each.newVisit()));
      const checks = there.flatMap((each) => visits.map((visit) => each.isSignedIn(visit)));
      const areSignedIn = await Promise.all(checks);
      for (const node of nodes) await node.close();
      expect(areSignedIn).toEqual([true, true, true, true]);
    },
  );

  it('ends sessions that are sealed with a key which this node does not have', async () => {
    const other = await app.startNode({
      SESSION_SEALING_KEYS: `${newKey()},${keys.SESSION_SEALING_KEYS}`,
    });
    const there = new Visitors(other);
    const here = await visitors.newVisit();
    const [first, second] = [
      await there.signIn(here.session.username),
      await there.signIn(here.session.username),
    ];
    const sealed = (await visitors.devices(here)).filter(({ device }) => device === null);
    await visitors.end(here, `/${sealed[0]?.handle}`).expect(204);
    await visitors.changePassword(here, 'the next passphrase').expect(204);
    const areSignedIn = [await there.isSignedIn(first), await there.isSignedIn(second)];
    await other.close();
    expect([sealed.length, areSignedIn]).toEqual([2, [false, false]]);
  });

  /** As metrics count them. */
  async function refusals(): Promise<number> {
    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    return Number(/^session_events_total\{.*session_event="refused".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  async function isSignedInWith(settings: Settings, visit: Visit): Promise<boolean> {
    const node = await app.startNode(settings);
    try {
      return await new Visitors(node).isSignedIn(visit);
    } finally {
      await node.close();
    }
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
