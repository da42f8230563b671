import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { sessionsWaitingFor } from '../../../support/database.js';
import { until } from '../../../support/until.js';
import { accountKeyOf, cookieOf, keyOf, type Visit, Visitors } from '../visitors.js';

const NEXT = 'another passphrase';
const RECOVERS_WITHIN = { timeout: 30_000, interval: 100 };

describe('PUT /api/accounts/current/password', () => {
  let app: TestApp;
  let engine: LocalEngine;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    engine = app.engine as LocalEngine;
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  it('ends all other sessions and gives this one a new id', async () => {
    const [phone, laptop, tablet] = await visitors.threeDevices();
    await visitors.patch(laptop, { theme: 'dark' }).expect(200);
    const { headers } = await visitors.changePassword(laptop, NEXT).expect(204);
    expect(await visitors.areSignedIn([phone, laptop, tablet])).toEqual([false, false, false]);
    const { body } = await visitors.current({ cookie: cookieOf(headers) }).expect(200);
    expect(body).toMatchObject({ data: { theme: 'dark' }, createdAt: laptop.session.createdAt });
  });

  it('ends no session if the current password is wrong', async () => {
    const [phone, laptop] = await visitors.threeDevices();
    const { body, headers } = await visitors.changePassword(laptop, NEXT, 'not this one').expect(401);
    expect(body.code).toBe('E_WRONG_CREDENTIALS');
    expect(headers['set-cookie']).toBeUndefined();
    expect(await visitors.areSignedIn([phone, laptop])).toEqual([true, true]);
    await visitors.attempt(laptop.session.username, NEXT).expect(401);
    expect((await visitors.attempt(laptop.session.username)).status).toBe(201);
  });

  it('needs a password that was verified in the last 15 minutes', async () => {
    const laptop = await visitors.newVisit();
    const hourAgo = Date.parse(laptop.session.createdAt) - 3_600_000;
    await engine.command('HSET', keyOf(laptop), 'createdAt', `${hourAgo}`);
    const { body } = await visitors.changePassword(laptop, NEXT).expect(403);
    expect(body.code).toBe('E_NOT_RECENTLY_SIGNED_IN');
    const { headers } = await visitors.confirm(laptop).expect(204);
    await visitors.changePassword({ ...laptop, cookie: cookieOf(headers) }, NEXT).expect(204);
  });

  it('keeps data that another request saves meanwhile', async () => {
    const laptop = await visitors.newVisit();
    const { headers, status } = await changingPassword(laptop, async () => {
      await visitors.patch(laptop, { theme: 'dark' }).expect(200);
    });
    const { body } = await visitors.current({ cookie: cookieOf(headers) });
    expect([status, body.data]).toEqual([204, { theme: 'dark' }]);
  });

  it.each([
    ['the session is signed out', (laptop: Visit) => visitors.end(laptop).expect(204)],
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

  it('answers 503 E_SESSIONS_REMAIN if the engine goes down meanwhile; they can be ended with the new password', async () => {
    const [phone, laptop] = await visitors.threeDevices();
    const { body, headers } = await changingPassword(laptop, () => app.engine.pause());
    app.engine.resume();
    expect(body).toMatchObject({ status: 503, code: 'E_SESSIONS_REMAIN' });
    expect(headers['set-cookie']).toBeUndefined();
    await until(async () => (await visitors.current(phone)).status === 401);
    // In a cluster each shard recovers by itself.
    const again = await vi.waitFor(
      () => visitors.signIn(laptop.session.username, { password: NEXT }),
      RECOVERS_WITHIN,
    );
    await until(async () => (await visitors.end(again, '?except=current')).status === 200);
    expect(await visitors.areSignedIn([laptop, again])).toEqual([false, true]);
  });

  // The last test: the pool can still hold connections that this one has ended.
  it('answers 503 that the password may be changed or not if the database goes down meanwhile', async () => {
    const laptop = await visitors.newVisit();
    const { body } = await changingPassword(laptop, async (database) => {
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    });
    expect(body).toMatchObject({ status: 503, code: 'E_DATABASE_UNAVAILABLE' });
    expect(body.detail).toMatch(/may be changed or not/);
  });

  /** Runs `meanwhile` after the other sessions have ended, while the password change waits for the account's row. */
  async function changingPassword(visit: Visit, meanwhile: (database: Client) => Promise<void> | void) {
    const database = new Client({ connectionString: app.databaseUrl });
    await database.connect();
    await database.query('BEGIN');
    await database.query('SELECT FROM accounts WHERE username = $1 FOR UPDATE', [visit.session.username]);
    const change = visitors.changePassword(visit, NEXT).then((answer) => answer);
    const answersEarly = change.then(({ status, text }) => {
      throw new Error(`The change has not waited for the account's row: ${status} ${text}`);
    });
    try {
      await Promise.race([until(async () => (await sessionsWaitingFor(database)) > 0), answersEarly]);
      await meanwhile(database);
    } finally {
      await database.query('COMMIT');
      await database.end();
    }
    return change;
  }
});
