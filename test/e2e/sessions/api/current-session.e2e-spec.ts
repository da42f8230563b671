import type { SessionData } from 'express-session';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LocalEngine } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/store/sessions.store.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { cookieOf, keyOf, Visitors } from '../visitors.js';

describe('a session', () => {
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    app = await startApp();
    visitors = new Visitors(app);
  });
  afterAll(() => app.close());

  describe('GET /api/sessions/current', () => {
    it('returns the account and when the session expires', async () => {
      const visit = await visitors.newVisit();
      const { body } = await visitors.current(visit).expect(200);
      expect(body).toMatchObject({ username: visit.session.username, device: 'test', data: {} });
      expect(Date.parse(body.idleExpiresAt) - Date.parse(body.lastSeenAt)).toBeLessThanOrEqual(1_801_000);
      expect(Date.parse(body.absoluteExpiresAt) - Date.parse(body.createdAt)).toBe(43_200_000);
    });

    it('returns the session on every node', async () => {
      const visit = await visitors.newVisit();
      const other = await app.startNode();
      const isSignedIn = await new Visitors(other).isSignedIn(visit);
      await other.close();
      expect(isSignedIn).toBe(true);
    });

    it.each(['', 'sid=forged', 'sid=s%3Aforged.signature', 'sid=%00'])(
      'answers 401 for the cookie %j',
      async (cookie) => {
        const { body } = await visitors.current({ cookie }).expect(401);
        expect(body.code).toBe('E_NO_SESSION');
      },
    );

    it('answers 401 for a cookie that was truncated, extended or renamed', async () => {
      const { cookie } = await visitors.newVisit();
      for (const changed of [cookie.slice(0, -5), `${cookie}x`, cookie.slice(0, 20), `other${cookie}`]) {
        expect(await visitors.isSignedIn({ cookie: changed })).toBe(false);
      }
    });

    it('answers 401 after the idle lifetime without a request', async () => {
      const node = await app.startNode({ SESSION_IDLE_SECONDS: '1' });
      const visit = await new Visitors(node).newVisit();
      // Reads the engine, because a request would count as use.
      await until(async () => (await (app.engine as LocalEngine).command('EXISTS', keyOf(visit))) === 0);
      const isSignedIn = await new Visitors(node).isSignedIn(visit);
      await node.close();
      expect(isSignedIn).toBe(false);
    });

    it('answers 401 without a cookie or a new session if the session ends during the request', async () => {
      const engine = app.engine as LocalEngine;
      const visit = await visitors.newVisit();
      await engine.command('HSET', keyOf(visit), 'lastSeenAt', `${Date.now() - 100_000}`);
      const { records } = app.get(SessionsStore);
      const real = records.touch.bind(records);
      const touch = vi.spyOn(records, 'touch').mockImplementation(async (...args) => {
        await engine.command('DEL', keyOf(visit));
        return real(...args);
      });
      const before = await engine.command('DBSIZE');
      const { headers, status } = await visitors.current(visit);
      touch.mockRestore();
      expect([status, headers['set-cookie']]).toEqual([401, undefined]);
      expect(await engine.command('DBSIZE')).toBe(Number(before) - 1);
    });
  });

  it('ends after its absolute lifetime, however often it is used', async () => {
    const node = await app.startNode({ SESSION_ABSOLUTE_SECONDS: '2' });
    const there = new Visitors(node);
    const visit = await there.newVisit();
    expect(await there.isSignedIn(visit)).toBe(true);
    await until(async () => !(await there.isSignedIn(visit)));
    await there.attempt(visit.session.username).set('cookie', visit.cookie).expect(201);
    await node.close();
    expect(await visitors.isSignedIn(visit)).toBe(false);
  });

  describe('DELETE /api/sessions/current', () => {
    it('ends the session and clears the cookie', async () => {
      const visit = await visitors.newVisit();
      const { headers } = await visitors.end(visit).expect(204);
      expect(headers['set-cookie']?.[0]).toMatch(/^sid=; Path=\/; Expires=Thu, 01 Jan 1970/);
      expect(await visitors.isSignedIn(visit)).toBe(false);
    });
  });

  it('has the cookie name, domain and SameSite of the settings', async () => {
    const settings = { COOKIE_NAME: 'my-app', COOKIE_DOMAIN: 'example.com', COOKIE_SAME_SITE: 'strict' };
    const node = await app.startNode(settings);
    const there = new Visitors(node);
    const answer = await there.attempt(await there.newAccount()).expect(201);
    const [cookie = ''] = (answer.headers['set-cookie'] ?? []) as unknown as string[];
    const signedOut = await there.end({ cookie: cookieOf(answer.headers) }).expect(204);
    await node.close();
    expect(cookie).toMatch(/^my-app=.*; Domain=example\.com; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(signedOut.headers['set-cookie']).toEqual([
      expect.stringMatching(/^my-app=; Domain=example\.com;/),
    ]);
  });

  it('answers 403 to changes and sign-outs from another site', async () => {
    const visit = await visitors.newVisit();
    const elsewhere = { 'sec-fetch-site': 'cross-site' };
    await visitors.patch(visit, { theme: 'dark' }).set(elsewhere).expect(403);
    await visitors.end(visit).set(elsewhere).expect(403);
    await visitors.end(visit, '').set('origin', 'https://elsewhere.example').expect(403);
    await visitors.changePassword(visit, 'the next passphrase').set(elsewhere).expect(403);
    const { body } = await visitors.current(visit).expect(200);
    expect(body.data).toEqual({});
  });

  it('is not restored by a request that loaded it before it ended', async () => {
    const engine = new RedisEngine(parseEngineUrl(app.engine.url), 300);
    engine.start();
    await until(() => engine.isReady);
    const store = new SessionsStore({
      engine,
      keyPrefix: 'in-flight',
      sealingKeys: [Buffer.alloc(32, 1).toString('base64')],
      idleSeconds: 60,
      absoluteSeconds: 60,
    });
    const session = { cookie: { originalMaxAge: null } } as SessionData;
    await store.set('id', session);
    expect(await store.get('id')).toEqual(session);
    await store.destroy('id');
    session.data = { changed: true };
    await expect(store.set('id', session)).rejects.toMatchObject({ code: 'E_NO_SESSION' });
    const found: unknown = await store.get('id');
    engine.close();
    expect(found).toBeNull();
  });

  it('answers 503 while the engine is down, without signing anybody out; public routes still respond', async () => {
    const visit = await visitors.newVisit();
    app.engine.pause();
    const session = await visitors.current(visit).expect(503);
    expect(session.headers['retry-after']).toBe('1');
    expect(session.body.code).toBe('E_ENGINE_UNAVAILABLE');
    const attempt = await visitors.attempt(visit.session.username).expect(503);
    expect(attempt.headers['set-cookie']).toBeUndefined();
    await request(app.url).get('/api/flights/1').set('cookie', visit.cookie).expect(200);
    app.engine.resume();
    await until(async () => (await visitors.current(visit)).status === 200);
  });
});
