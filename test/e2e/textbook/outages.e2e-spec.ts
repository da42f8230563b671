import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { readinessOf, type TestNode } from '../../support/app.js';
import { until } from '../../support/until.js';
import { cookieOf, Visitors } from '../sessions/visitors.js';
import { useTextbookApp } from './textbook-app.js';

/** As many as may wait at a time. */
const MOST_REQUESTS = 500;
const PATHS = ['flights/1', 'sessions/current', 'leaderboards/arena'];

/** A request that may never be answered. */
interface Pending {
  isSettled: boolean;
  status: Promise<number>;
}

describe('while the engine is down, the textbook side', () => {
  const textbook = useTextbookApp({ settings: { ENGINE_DEADLINE_MS: '300' } });
  let node: TestNode;
  let cookie: string;
  beforeEach(async () => {
    node = await textbook.app.startNode();
    const signedIn = await signIn().expect(201);
    cookie = `${cookieOf(signedIn.headers)}; ${(await new Visitors(node).newVisit()).cookie}`;
    await until(async () => (await request(node.url).get('/api/leaderboards/arena')).status === 200);
  });
  afterEach(() => node.close());

  const signIn = () => request(node.url).post('/textbook/sessions').send({ username: 'ada' });

  const statusOf = async (path: string, { url } = node) =>
    (await fetch(`${url}/${path}`, { headers: { cookie } })).status;
  const statusesOf = (side: string, at = node) =>
    Promise.all(PATHS.map((path) => statusOf(`${side}/${path}`, at)));

  function send(path: string): Pending {
    const status = statusOf(path);
    const pending = { isSettled: false, status };
    void status.finally(() => (pending.isSettled = true));
    return pending;
  }

  it('does not answer while the engine is silent; the module has answered', async () => {
    textbook.app.engine.pause();
    const pending = PATHS.map((path) => send(`textbook/${path}`));
    expect(await statusesOf('api')).toEqual([200, 503, 200]);
    await until(async () => (await readinessOf(node)).status === 'degraded');
    expect(pending.map(({ isSettled }) => isSettled)).toEqual([false, false, false]);
    textbook.app.engine.resume();
    expect(await Promise.all(pending.map(({ status }) => status))).toEqual([200, 200, 200]);
  });

  it('lets 500 requests wait and rejects further ones, so the rest of the process is not affected', async () => {
    textbook.app.engine.pause();
    const waiting = Array.from({ length: MOST_REQUESTS + 1 }, () => send('textbook/leaderboards/arena'));
    await until(() => waiting.some(({ isSettled }) => isSettled));
    const { body } = await request(node.url).get('/textbook/leaderboards/arena').expect(503);
    expect(body.code).toBe('E_TEXTBOOK_BUSY');
    expect(waiting.filter(({ isSettled }) => isSettled)).toHaveLength(1);
    expect(await statusesOf('api')).toEqual([200, 503, 200]);
    expect((await readinessOf(node)).httpStatus).toBe(200);
    textbook.app.engine.resume();
    const statuses = await Promise.all(waiting.map(({ status }) => status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(MOST_REQUESTS);
  });

  it('counts requests that their clients have aborted until the engine answers', async () => {
    const url = `${node.url}/textbook/leaderboards/arena`;
    textbook.app.engine.pause();
    const clients = Array.from({ length: MOST_REQUESTS + 1 }, () => new AbortController());
    const requests = clients.map(({ signal }) => fetch(url, { signal }).then(({ status }) => status));
    expect(await Promise.race(requests)).toBe(503);
    for (const client of clients) client.abort();
    await Promise.allSettled(requests);
    for (let i = 0; i < 3; i++) expect((await fetch(url)).status).toBe(503);
    textbook.app.engine.resume();
    await until(async () => (await fetch(url)).status === 200);
  });

  it('holds up no shutdown: requests that wait are answered', async () => {
    const leaving = await textbook.app.startNode();
    textbook.app.engine.pause();
    const answers = statusesOf('textbook', leaving);
    // When the module has answered, the other requests have arrived too.
    expect(await statusesOf('api', leaving)).toEqual([200, 503, 200]);
    await leaving.close();
    expect(await answers).toEqual([200, 500, 500]);
    textbook.app.engine.resume();
  });

  it('fails with 500 when the engine has stopped, and works again when it is back', async () => {
    await textbook.app.engine.kill();
    expect(await statusesOf('textbook')).toEqual([200, 500, 500]);
    expect(await statusesOf('api')).toEqual([200, 503, 200]);
    await textbook.app.engine.restart();
    await until(async () => (await signIn()).status === 201);
    expect(await statusOf('textbook/leaderboards/arena')).toBe(200);
  });

  it('answers 201 to a sign-in that the engine refused to store; the module answers 503', async () => {
    const engine = textbook.app.engine as LocalEngine;
    const visitors = new Visitors(node);
    const username = await visitors.newAccount();
    await engine.command('CONFIG', 'SET', 'maxmemory', '1');
    const signedIn = await signIn();
    const module = await visitors.attempt(username);
    await engine.command('CONFIG', 'SET', 'maxmemory', '0');
    expect([signedIn.status, module.status]).toEqual([201, 503]);
    const current = request(node.url).get('/textbook/sessions/current');
    await current.set({ cookie: cookieOf(signedIn.headers) }).expect(401);
  });
});
