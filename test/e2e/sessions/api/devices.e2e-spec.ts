import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import type { CurrentSession, DeviceSession } from '../../../../src/sessions/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { sessionsWaitingFor } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { accountKeyOf, cookieOf, generationKeyOf, keyOf, type Visit, Visitors } from '../visitors.js';

const A_DAY_MS = 86_400_000;

describe('the devices of an account', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp({ settings: { SESSION_IDLE_SECONDS: '20' } });
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  async function threeDevices(): Promise<[phone: Visit, laptop: Visit, tablet: Visit]> {
    const username = await visitors.newAccount();
    const signIn = (device: string) => visitors.signIn(username, { device });
    return [await signIn('phone'), await signIn('laptop'), await signIn('tablet')];
  }

  const signedIn = (visits: Visit[]) => Promise.all(visits.map((visit) => visitors.isSignedIn(visit)));
  const handleOf = async (visit: Visit) =>
    (await visitors.devices(visit)).find(({ current }) => current)?.handle ?? '';

  it('are listed, newest first, with address and times, and which of them is asking', async () => {
    const [, laptop] = await threeDevices();
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

  it('can be signed out one by one', async () => {
    const [phone, laptop, tablet] = await threeDevices();
    await visitors.end(phone, `/${await handleOf(laptop)}`).expect(204);
    expect(await signedIn([phone, laptop, tablet])).toEqual([true, false, true]);
    expect(await visitors.devices(phone)).toHaveLength(2);
  });

  it('can be signed out everywhere else', async () => {
    const [phone, laptop, tablet] = await threeDevices();
    const { body } = await visitors.end(laptop, '?except=current').expect(200);
    expect(body).toEqual({ revoked: 2 });
    expect(await signedIn([phone, laptop, tablet])).toEqual([false, true, false]);
  });

  it('can be signed out everywhere', async () => {
    const devices = await threeDevices();
    const { body, headers } = await visitors.end(devices[1], '').expect(200);
    expect(body).toEqual({ revoked: 3 });
    expect(headers['set-cookie']?.[0]).toMatch(/^sid=; /);
    expect(await signedIn(devices)).toEqual([false, false, false]);
  });

  it('answers 404 for an unknown handle and for another account’s', async () => {
    const [stranger, [phone]] = [await visitors.newVisit(), await threeDevices()];
    for (const handle of ['unknown', 'x'.repeat(43), await handleOf(phone)]) {
      const { body } = await visitors.end(stranger, `/${handle}`).expect(404);
      expect(body.code).toBe('E_SESSION_UNKNOWN');
    }
    expect(await visitors.isSignedIn(phone)).toBe(true);
  });

  describe('when the password is changed', () => {
    const NEXT = 'another passphrase';

    it('are all signed out, but for the one that changed it, which gets a new id', async () => {
      const [phone, laptop, tablet] = await threeDevices();
      await visitors.patch(laptop, { theme: 'dark' }).expect(200);
      const { headers } = await visitors.changePassword(laptop, NEXT).expect(204);
      expect(await signedIn([phone, laptop, tablet])).toEqual([false, false, false]);
      const { body } = await visitors.current({ cookie: cookieOf(headers) }).expect(200);
      expect(body).toMatchObject({ data: { theme: 'dark' }, createdAt: laptop.session.createdAt });
    });

    it('stay signed in if the current password is wrong', async () => {
      const [phone, laptop] = await threeDevices();
      const { body, headers } = await visitors.changePassword(laptop, NEXT, 'not this one').expect(401);
      expect(body.code).toBe('E_WRONG_CREDENTIALS');
      expect(headers['set-cookie']).toBeUndefined();
      expect(await signedIn([phone, laptop])).toEqual([true, true]);
      await visitors.attempt(laptop.session.username, NEXT).expect(401);
      expect((await visitors.attempt(laptop.session.username)).status).toBe(201);
    });

    it('keep what was changed meanwhile on the one that changes it', async () => {
      const laptop = await visitors.newVisit();
      const { headers, status } = await changingPassword(laptop, async () => {
        await visitors.patch(laptop, { theme: 'dark' }).expect(200);
      });
      const { body } = await visitors.current({ cookie: cookieOf(headers) });
      expect([status, body.data]).toEqual([204, { theme: 'dark' }]);
    });

    it.each([
      ['it is signed out', (laptop: Visit) => visitors.end(laptop).expect(204)],
      [
        'another device signs out everywhere else',
        async ({ session }: Visit) => {
          const phone = await visitors.signIn(session.username);
          await visitors.end(phone, '?except=current').expect(200);
        },
      ],
    ])('changes the password and leaves no session if %s meanwhile', async (_what, meanwhile) => {
      const laptop = await visitors.newVisit();
      const { headers, status } = await changingPassword(laptop, async () => {
        await meanwhile(laptop);
      });
      expect([status, headers['set-cookie']]).toEqual([204, undefined]);
      expect(await engine.command('ZCARD', accountKeyOf(laptop))).toBe(0);
      expect((await visitors.attempt(laptop.session.username, NEXT)).status).toBe(201);
    });

    it('says that the password may be changed or not if the database goes away meanwhile', async () => {
      const laptop = await visitors.newVisit();
      const { body } = await changingPassword(laptop, async (database) => {
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
      });
      expect(body).toMatchObject({ status: 503, code: 'E_DATABASE_UNAVAILABLE' });
      expect(body.detail).toMatch(/may be changed or not/);
    });

    it('are told so while the engine goes away in between, and can be ended with the new password', async () => {
      const [phone, laptop] = await threeDevices();
      const { body, headers } = await changingPassword(laptop, () => app.engine.pause());
      app.engine.resume();
      expect(body).toMatchObject({ status: 503, code: 'E_SESSIONS_REMAIN' });
      expect(headers['set-cookie']).toBeUndefined();
      await until(async () => (await visitors.current(phone)).status === 401);
      const again = await visitors.signIn(laptop.session.username, { password: NEXT });
      await visitors.end(again, '?except=current').expect(200);
      expect(await signedIn([laptop, again])).toEqual([false, true]);
    });

    /** Does something after the others were ended and before the password is changed, which waits for the account's row. */
    async function changingPassword(visit: Visit, meanwhile: (database: Client) => Promise<void> | void) {
      const database = new Client({ connectionString: app.databaseUrl });
      await database.connect();
      await database.query('BEGIN');
      await database.query('SELECT FROM accounts WHERE username = $1 FOR UPDATE', [visit.session.username]);
      const change = visitors.changePassword(visit, NEXT).then((answer) => answer);
      try {
        await until(async () => (await engine.command('EXISTS', generationKeyOf(visit))) === 1);
        await until(async () => (await sessionsWaitingFor(database)) > 0);
        await meanwhile(database);
      } finally {
        await database.query('COMMIT');
        await database.end();
      }
      return change;
    }
  });

  it.each([
    ['a name', 'unknown', undefined],
    ['1,000 digits', '1'.repeat(1_000), undefined],
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv6 address', '2001:db8::7', '2001:db8::7'],
    ['an address with a zone of 1,000 characters', `fe80::7%${'x'.repeat(1_000)}`, 'fe80::7'],
  ])('keeps of a forwarded address only an address: %s', async (_what, forwarded, shown) => {
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

  describe('the index of an account', () => {
    it.each([2_000, 10_000])('is cleaned up when it has %i dead entries', async (dead) => {
      const [phone] = await threeDevices();
      const before = Date.now() - A_DAY_MS;
      const members = Array.from({ length: dead }, () => [
        `${before}`,
        randomBytes(32).toString('base64url'),
      ]);
      await engine.command('ZADD', accountKeyOf(phone), ...members.flat());
      expect(await visitors.devices(phone)).toHaveLength(3);
      expect(await entries(phone)).toBe(3);
    });

    it('lets all sessions end when it has 2,000 dead entries', async () => {
      const [phone, laptop] = await threeDevices();
      const members = Array.from({ length: 2_000 }, () => [
        `${Date.now()}`,
        randomBytes(32).toString('base64url'),
      ]);
      await engine.command('ZADD', accountKeyOf(phone), ...members.flat());
      const { body } = await visitors.end(laptop, '?except=current').expect(200);
      expect([body.revoked, await visitors.isSignedIn(phone)]).toEqual([2, false]);
    });

    const entries = (visit: Visit) => engine.command('ZCARD', accountKeyOf(visit));

    it('forgets a session that expired or was evicted', async () => {
      const [phone, laptop] = await threeDevices();
      const handle = await handleOf(laptop);
      await engine.command('DEL', keyOf(laptop));
      await engine.command('ZADD', accountKeyOf(phone), `${Date.now() - A_DAY_MS}`, handle);
      expect(await visitors.devices(phone)).toHaveLength(2);
      expect(await entries(phone)).toBe(2);
    });

    it('forgets a sign-in that crashed between its two writes', async () => {
      const visit = await visitors.newVisit();
      const neverMade = randomBytes(32).toString('base64url');
      await engine.command('ZADD', accountKeyOf(visit), `${Date.now() - A_DAY_MS}`, neverMade);
      expect(await entries(visit)).toBe(2);
      expect(await visitors.devices(visit)).toHaveLength(1);
      expect(await entries(visit)).toBe(1);
    });

    it('is complete again after an eviction once its sessions have been seen', async () => {
      const visits = await threeDevices();
      await engine.command('DEL', accountKeyOf(visits[0]));
      let devices: DeviceSession[] = [];
      await until(async () => {
        await signedIn(visits);
        devices = await visitors.devices(visits[0]);
        return devices.length === 3;
      });
      expect(devices.map(({ device }) => device)).toEqual(['tablet', 'laptop', 'phone']);
    });

    it('was lost when all others were signed out: they end when they are next seen', async () => {
      const [phone, laptop, tablet] = await threeDevices();
      await engine.command('DEL', accountKeyOf(phone));
      await visitors.end(laptop, '?except=current').expect(200);
      // At most as long as seeing is put off: a minute, or a tenth of the idle lifetime.
      await until(async () => (await signedIn([phone, tablet])).every((isSignedIn) => !isSignedIn), 5_000);
      expect(await visitors.isSignedIn(laptop)).toBe(true);
      expect(await visitors.devices(laptop)).toHaveLength(1);
    });

    it('ends with the last of its sessions', async () => {
      const visit = await visitors.newVisit();
      expect(Number(await engine.command('TTL', accountKeyOf(visit)))).toBeGreaterThan(0);
      await visitors.end(visit).expect(204);
      expect(await entries(visit)).toBe(0);
    });
  });
});
