import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Drain } from '../../../src/http/index.js';
import { QueryCacheService } from '../../../src/query-cache/index.js';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { BothWays, comparable, type Exchange } from './both-ways.js';

const ROUTE = '/api/flights/routes/JFK/LAX';
const LISTED = 'https://app.example.com';

let app: TestApp;
let demo: TestNode;
let both: BothWays;
beforeAll(async () => {
  app = await startApp({ settings: { ALLOWED_ORIGINS: LISTED } });
  demo = await app.startNode({ DEMO: 'true' });
  both = await BothWays.of(app);
});
afterAll(async () => {
  await both.close();
  await demo.close();
  await app.close();
});

const expectSame = ({ normal, own }: Awaited<ReturnType<BothWays['send']>>) =>
  expect(comparable(own)).toEqual(comparable(normal));

describe('a hit on the fast lane', () => {
  it.each<[string, (etag: string) => Partial<Exchange>]>([
    ['GET', () => ({})],
    ['HEAD', () => ({ method: 'HEAD' })],
    ['a matching If-None-Match', (etag) => ({ headers: { 'if-none-match': etag } })],
    [
      'HEAD with a matching If-None-Match',
      (etag) => ({ method: 'HEAD', headers: { 'if-none-match': etag } }),
    ],
    ['another If-None-Match', () => ({ headers: { 'if-none-match': '"other"' } })],
    ['Connection: close', () => ({ headers: { connection: 'close' } })],
    [
      'Accept and Accept-Encoding',
      () => ({ headers: { accept: 'text/html', 'accept-encoding': 'gzip, br' } }),
    ],
    ['a trace', () => ({ headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } })],
    [
      'headers of a browser',
      () => ({ headers: { 'sec-fetch-site': 'same-origin', referer: 'http://localhost/' } }),
    ],
  ])('has the status, headers and body of the normal way: %s', async (_what, exchange) => {
    const { headers } = await both.warm(ROUTE);
    await both.warm(ROUTE, {}, 'HEAD');
    const answers = await both.sendUntilFast({ path: ROUTE, ...exchange(String(headers.etag)) });
    expect([answers.normal.isFast, answers.own.isFast]).toEqual([false, true]);
    expectSame(answers);
  });
});

describe('what goes the normal way', () => {
  it.each<[string, (etag: string) => Partial<Exchange>]>([
    ['Cache-Control: no-cache', () => ({ headers: { 'cache-control': 'no-cache' } })],
    ['Cache-Control: max-age=0', () => ({ headers: { 'cache-control': 'max-age=0' } })],
    ['Pragma', () => ({ headers: { pragma: 'no-cache' } })],
    ['an operator', () => ({ headers: asOperator })],
    ['an operator’s no-store', () => ({ headers: { ...asOperator, 'cache-control': 'no-store' } })],
    ['an operator’s no-cache', () => ({ headers: { ...asOperator, 'cache-control': 'no-cache' } })],
    ['a wrong key', () => ({ headers: { authorization: 'Bearer wrong' } })],
    ['a cookie', () => ({ headers: { cookie: 'sid=1' } })],
    ['Range', () => ({ headers: { range: 'bytes=0-9' } })],
    ['Expect', () => ({ headers: { expect: '100-continue' } })],
    [
      'a body',
      () => ({ headers: { 'content-type': 'application/json', 'content-length': '2' }, body: '{}' }),
    ],
    [
      'a broken body',
      () => ({ headers: { 'content-type': 'application/json', 'content-length': '1' }, body: '{' }),
    ],
    ['a listed origin', () => ({ headers: { origin: LISTED } })],
    ['another origin', () => ({ headers: { origin: 'https://evil.example' } })],
    ['a weak If-None-Match', (etag) => ({ headers: { 'if-none-match': `W/${etag}` } })],
    ['a list in If-None-Match', (etag) => ({ headers: { 'if-none-match': `"other", ${etag}` } })],
    ['any If-None-Match', () => ({ headers: { 'if-none-match': '*' } })],
    ['If-Modified-Since', () => ({ headers: { 'if-modified-since': new Date().toUTCString() } })],
    ['an absolute URL', () => ({ path: `http://localhost${ROUTE}` })],
    ['POST', () => ({ method: 'POST' })],
    [
      'OPTIONS',
      () => ({ method: 'OPTIONS', headers: { origin: LISTED, 'access-control-request-method': 'GET' } }),
    ],
    ['a query that is declared by no @FastLane()', () => ({ path: '/api/flights/routes/JFK' })],
    ['an answer 404', () => ({ path: '/api/flights/999999999' })],
    ['an invalid URL', () => ({ path: '/api/flights/x' })],
    ['a malformed URL', () => ({ path: '/api/flights/%ff' })],
  ])('%s', async (_what, exchange) => {
    const { headers } = await both.warm(ROUTE);
    const sent = { path: ROUTE, ...exchange(String(headers.etag)) };
    // Loads what the second one compares.
    await both.normalWay(sent);
    const answers = await both.send(sent);
    expect(answers.own.isFast).toBe(false);
    expectSame(answers);
  });
});

describe('a URL that was not seen twice', () => {
  it.each<[string, Partial<Exchange>]>([
    ['by its query', { path: `${ROUTE}?b=2&a=1` }],
    ['by the order of its query', { path: `${ROUTE}?a=1&b=2` }],
    ['by its encoding', { path: ROUTE.replace('J', '%4A') }],
    ['by its Host', { headers: { host: 'evil.example' } }],
    ['by the scheme that a proxy reports', { headers: { 'x-forwarded-proto': 'https' } }],
    ['by the host that a proxy reports', { headers: { 'x-forwarded-host': 'evil.example' } }],
  ])('goes the normal way: %s', async (_what, exchange) => {
    await both.warm(ROUTE);
    const first = await both.send({ path: ROUTE, ...exchange });
    expect(first.own.isFast).toBe(false);
    expectSame(first);
    expectSame(await both.sendUntilFast({ path: ROUTE, ...exchange }));
  });

  it('is not another one whose Host completes its path', async () => {
    await both.warm('/api/flights/7');
    const host = `localhost:${new URL(app.url).port}`;
    const spoofed = { path: '/7', headers: { host: `${host}/api/flights` } };
    for (let i = 0; i < 3; i++) {
      const answers = await both.send(spoofed);
      expect([answers.own.isFast, answers.own.status]).toEqual([false, 404]);
    }
  });
});

describe('an invalidation', () => {
  it('holds at once on the node that invalidates', async () => {
    for (let i = 0; i < 20; i++) {
      await both.warm(ROUTE);
      await app.get(QueryCacheService).invalidateTag('airport:LAX');
      const answer = await both.own({ path: ROUTE });
      expect([answer.isFast, answer.headers['cache-status']]).toEqual([
        false,
        expect.stringContaining('fwd=uri-miss; stored'),
      ]);
    }
  });

  it('reaches the fast lane of another node as it reaches its local tier', async () => {
    await both.warm(ROUTE);
    await demo.get(QueryCacheService).invalidateTag('airport:LAX');
    await until(async () => !(await both.own({ path: ROUTE })).isFast);
    expect((await both.warm(ROUTE)).headers['cache-status']).toContain('; hit; ');
  });
});

describe('in demo mode', () => {
  it.each(['evil.example', 'localhost', '[::1]:3000'])('a request with the Host %s', async (host) => {
    const ways = await BothWays.of(demo);
    await ways.warm(ROUTE, { host });
    expectSame(await ways.sendUntilFast({ path: ROUTE, headers: { host } }));
    const reload = await ways.send({ path: ROUTE, headers: { host, 'cache-control': 'no-cache' } });
    expect([reload.own.isFast, reload.own.headers['cache-status']]).toEqual([
      false,
      expect.stringContaining(host === 'evil.example' ? '; hit; ' : 'fwd=request; stored'),
    ]);
    expectSame(reload);
    await ways.close();
  });
});

describe('a node that is stopping', () => {
  it('answers the normal way, and closes each connection after its answer', async () => {
    const node = await app.startNode({ SHUTDOWN_DELAY_SECONDS: '0' });
    const ways = await BothWays.of(node);
    const keepAlive = { path: ROUTE, headers: { connection: 'keep-alive' } };
    await ways.warm(ROUTE);
    const before = await ways.sendUntilFast(keepAlive);
    expect([before.own.isFast, before.own.headers.connection]).toEqual([true, 'keep-alive']);
    expectSame(before);
    await node.get(Drain).leave();
    const after = await ways.send(keepAlive);
    expect([after.own.isFast, after.own.headers.connection]).toEqual([false, 'close']);
    expectSame(after);
    await ways.close();
    await node.close();
  });
});
