import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import type { DeviceSession } from '../../../../src/sessions/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { accountKeyOf, keyOf, type Visit, Visitors } from '../visitors.js';

const A_DAY_MS = 86_400_000;

describe('the session index of an account', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ settings: { SESSION_IDLE_SECONDS: '20' } });
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it.each([2_000, 10_000])('removes %i dead entries when the devices are listed', async (dead) => {
    const [phone] = await visitors.threeDevices();
    const before = Date.now() - A_DAY_MS;
    const members = Array.from({ length: dead }, () => [`${before}`, randomBytes(32).toString('base64url')]);
    await engine.command('ZADD', accountKeyOf(phone), ...members.flat());
    expect(await visitors.devices(phone)).toHaveLength(3);
    expect(await entries(phone)).toBe(3);
  });

  it('does not keep sessions from being signed out when it has 2,000 dead entries', async () => {
    const [phone, laptop] = await visitors.threeDevices();
    const members = Array.from({ length: 2_000 }, () => [
      `${Date.now()}`,
      randomBytes(32).toString('base64url'),
    ]);
    await engine.command('ZADD', accountKeyOf(phone), ...members.flat());
    const { body } = await visitors.end(laptop, '?except=current').expect(200);
    expect([body.revoked, await visitors.isSignedIn(phone)]).toEqual([2, false]);
  });

  const entries = (visit: Visit) => engine.command('ZCARD', accountKeyOf(visit));

  it('removes a session that expired or was evicted', async () => {
    const [phone, laptop] = await visitors.threeDevices();
    const handle = await visitors.handleOf(laptop);
    await engine.command('DEL', keyOf(laptop));
    await engine.command('ZADD', accountKeyOf(phone), `${Date.now() - A_DAY_MS}`, handle);
    expect(await visitors.devices(phone)).toHaveLength(2);
    expect(await entries(phone)).toBe(2);
  });

  it('removes a sign-in that crashed between its two writes', async () => {
    const visit = await visitors.newVisit();
    const neverMade = randomBytes(32).toString('base64url');
    await engine.command('ZADD', accountKeyOf(visit), `${Date.now() - A_DAY_MS}`, neverMade);
    expect(await entries(visit)).toBe(2);
    expect(await visitors.devices(visit)).toHaveLength(1);
    expect(await entries(visit)).toBe(1);
  });

  it('is complete again after an eviction once its sessions were used', async () => {
    const visits = await visitors.threeDevices();
    await engine.command('DEL', accountKeyOf(visits[0]));
    let devices: DeviceSession[] = [];
    await until(async () => {
      await visitors.areSignedIn(visits);
      devices = await visitors.devices(visits[0]);
      return devices.length === 3;
    });
    expect(devices.map(({ device }) => device)).toEqual(['tablet', 'laptop', 'phone']);
  });

  it('does not matter for the end of all sessions: a session that it had lost ends at its next use', async () => {
    const [phone, laptop, tablet] = await visitors.threeDevices();
    await engine.command('DEL', accountKeyOf(phone));
    await visitors.end(laptop, '?except=current').expect(200);
    // At the latest after one touch interval: a minute, or a tenth of the idle lifetime.
    await until(
      async () => (await visitors.areSignedIn([phone, tablet])).every((isSignedIn) => !isSignedIn),
      5_000,
    );
    expect(await visitors.isSignedIn(laptop)).toBe(true);
    expect(await visitors.devices(laptop)).toHaveLength(1);
  });

  it('is removed with its last session', async () => {
    const visit = await visitors.newVisit();
    expect(Number(await engine.command('TTL', accountKeyOf(visit)))).toBeGreaterThan(0);
    await visitors.end(visit).expect(204);
    expect(await entries(visit)).toBe(0);
  });
});
