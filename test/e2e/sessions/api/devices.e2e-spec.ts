import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import type { CurrentSession } from '../../../../src/sessions/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { cookieOf, keyOf, Visitors } from '../visitors.js';

describe('/api/sessions', () => {
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it('lists the devices of the account, newest first, and marks the current one', async () => {
    const [, laptop] = await visitors.threeDevices();
    const devices = await visitors.devices(laptop);
    expect(devices.map(({ device, current }) => [device, current])).toEqual([
      ['tablet', false],
      ['laptop', true],
      ['phone', false],
    ]);
    const { createdAt, lastSeenAt } = laptop.session;
    expect(devices[1]).toMatchObject({
      createdAt,
      lastSeenAt,
      address: expect.stringMatching(/127\.0\.0\.1$/),
    });
  });

  it('signs out one device', async () => {
    const [phone, laptop, tablet] = await visitors.threeDevices();
    await visitors.end(phone, `/${await visitors.handleOf(laptop)}`).expect(204);
    expect(await visitors.areSignedIn([phone, laptop, tablet])).toEqual([true, false, true]);
    expect(await visitors.devices(phone)).toHaveLength(2);
  });

  it('signs out all other devices with except=current', async () => {
    const [phone, laptop, tablet] = await visitors.threeDevices();
    const { body } = await visitors.end(laptop, '?except=current').expect(200);
    expect(body).toEqual({ revoked: 2 });
    expect(await visitors.areSignedIn([phone, laptop, tablet])).toEqual([false, true, false]);
  });

  it('signs out all devices', async () => {
    const devices = await visitors.threeDevices();
    const { body, headers } = await visitors.end(devices[1], '').expect(200);
    expect(body).toEqual({ revoked: 3 });
    expect(headers['set-cookie']?.[0]).toMatch(/^sid=; /);
    expect(await visitors.areSignedIn(devices)).toEqual([false, false, false]);
  });

  it('ends sessions only if the password was verified in the last 15 minutes', async () => {
    const [phone, laptop] = await visitors.threeDevices();
    await visitors.patch(laptop, { theme: 'dark' }).expect(200);
    const hourAgo = Date.parse(laptop.session.createdAt) - 3_600_000;
    await (app.engine as LocalEngine).command('HSET', keyOf(laptop), 'createdAt', `${hourAgo}`);
    for (const which of [`/${await visitors.handleOf(phone)}`, '?except=current', '']) {
      const { body } = await visitors.end(laptop, which).expect(403);
      expect(body).toMatchObject({
        code: 'E_NOT_RECENTLY_SIGNED_IN',
        detail: expect.stringContaining('POST /api/sessions/current/authentication'),
      });
    }
    await visitors.confirm(laptop, 'another passphrase').expect(401);
    const { headers } = await visitors.confirm(laptop).expect(204);
    const confirmed = { cookie: cookieOf(headers) };
    expect(await visitors.isSignedIn(laptop)).toBe(false);
    const { body } = await visitors.current(confirmed).expect(200);
    expect(body).toMatchObject({ createdAt: new Date(hourAgo).toISOString(), data: { theme: 'dark' } });
    expect(Date.parse(body.authenticatedAt)).toBeGreaterThan(Date.parse(laptop.session.createdAt) - 1);
    expect((await visitors.end(confirmed, '?except=current').expect(200)).body).toEqual({ revoked: 2 });
  });

  it('ends all sessions of an account for an operator, and no others', async () => {
    const [stranger, devices] = [await visitors.newVisit(), await visitors.threeDevices()];
    const { username } = devices[0].session;
    expect((await visitors.endAllOf(username, {}).expect(401)).body.code).toBe('E_KEY_REQUIRED');
    const { body } = await visitors.endAllOf(username.toUpperCase()).expect(200);
    expect(body).toEqual({ revoked: 3 });
    expect(await visitors.areSignedIn([...devices, stranger])).toEqual([false, false, false, true]);
    expect((await visitors.endAllOf(username).expect(200)).body).toEqual({ revoked: 0 });
    expect(await visitors.isSignedIn(await visitors.signIn(username))).toBe(true);
  });

  it.each([
    ['nobody-has-this-name', 404, 'E_ACCOUNT_UNKNOWN'],
    ['a%20b', 422, 'E_INVALID'],
  ])('answers an operator who ends the sessions of %s', async (username, status, code) => {
    expect((await visitors.endAllOf(username)).body).toMatchObject({ status, code });
  });

  it('answers 404 for an unknown handle and for a handle of another account', async () => {
    const [stranger, [phone]] = [await visitors.newVisit(), await visitors.threeDevices()];
    for (const handle of ['unknown', 'x'.repeat(43), await visitors.handleOf(phone)]) {
      const { body } = await visitors.end(stranger, `/${handle}`).expect(404);
      expect(body.code).toBe('E_SESSION_UNKNOWN');
    }
    expect(await visitors.isSignedIn(phone)).toBe(true);
  });

  it.each([
    ['a name', 'unknown', undefined],
    ['1,000 digits', '1'.repeat(1_000), undefined],
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv6 address', '2001:db8::7', '2001:db8::7'],
    ['an address with a zone of 1,000 characters', `fe80::7%${'x'.repeat(1_000)}`, 'fe80::7'],
  ])('stores a forwarded address only if it is an IP address: %s', async (_what, forwarded, shown) => {
    const node = await app.startNode({ TRUST_PROXY: '1' });
    const there = new Visitors(node);
    const answer = await there
      .attempt(await there.newAccount())
      .set('x-forwarded-for', forwarded)
      .expect(201);
    const visit = { cookie: cookieOf(answer.headers), session: answer.body as CurrentSession };
    const [device] = await there.devices(visit);
    await node.close();
    expect(device?.address).toBe(shown ?? null);
  });
});
