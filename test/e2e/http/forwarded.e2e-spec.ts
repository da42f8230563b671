import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { asGameServer } from '../../support/settings.js';
import { canConnect, type Headers } from './handshake.js';

const LISTED = 'https://app.example.com';

let app: TestApp;
let behindProxy: TestNode;
beforeAll(async () => {
  app = await startApp({ settings: { ALLOWED_ORIGINS: LISTED } });
  behindProxy = await app.startNode({ TRUST_PROXY: '1' });
});
afterAll(async () => {
  await behindProxy.close();
  await app.close();
});

describe('the origin rule behind a trusted proxy', () => {
  const change = (node: TestNode, headers: Headers) =>
    request(node.url)
      .put('/api/leaderboards/behind')
      .set(asGameServer)
      .set(headers)
      .send({ windows: ['all'] });

  it.each([
    ['that ends TLS', { host: 'app.test', 'x-forwarded-proto': 'https' }],
    ['that rewrites Host', { 'x-forwarded-host': 'app.test', 'x-forwarded-proto': 'https' }],
    ['and another before it', { 'x-forwarded-host': 'app.test, inner', 'x-forwarded-proto': 'https, http' }],
    ['that names the websocket’s scheme', { 'x-forwarded-host': 'app.test', 'x-forwarded-proto': 'wss' }],
    ['that writes the default port', { 'x-forwarded-host': 'App.test:443', 'x-forwarded-proto': 'https' }],
  ])('%s accepts the origin that the browser sees', async (_what, headers) => {
    const own = { ...headers, origin: 'https://app.test' };
    await change(behindProxy, own).expect(200);
    expect(await canConnect(behindProxy, 'polling', own)).toBe(true);
    expect(await canConnect(behindProxy, 'websocket', own)).toBe(true);
    await change(app, own).expect(403);
    expect(await canConnect(app, 'polling', own)).toBe(false);
  });

  it('rejects a sandboxed page when the forwarded scheme is unknown', async () => {
    const { body } = await change(behindProxy, { 'x-forwarded-proto': 'foo', origin: 'null' }).expect(403);
    expect(body.code).toBe('E_CROSS_SITE');
  });

  it.each([
    ['10.0.0.0/8', 403],
    ['10.0.0.0/8,loopback', 200],
  ])('reads forwarded headers of addresses in TRUST_PROXY only: %s', async (TRUST_PROXY, status) => {
    const node = await app.startNode({ TRUST_PROXY });
    const forwarded = { 'x-forwarded-host': 'app.test', 'x-forwarded-proto': 'https' };
    const answer = await change(node, { ...forwarded, origin: 'https://app.test' });
    await node.close();
    expect(answer.status).toBe(status);
  });
});

describe('CORS', () => {
  it('lets a listed origin read with its cookies, and sets Vary: Origin', async () => {
    const { headers } = await request(app.url)
      .get('/api/leaderboards')
      .set({ origin: LISTED, 'sec-fetch-site': 'cross-site' })
      .expect(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': LISTED,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    });
  });

  it.each(['https://evil.example', 'null', 'https://app.example.com.evil.example', undefined])(
    'sends no CORS header except Vary to the origin %s',
    async (origin) => {
      const { headers } = await request(app.url)
        .get('/api/leaderboards')
        .set(origin ? { origin } : {})
        .expect(200);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers['vary']).toContain('Origin');
    },
  );

  it('allows only reads in the preflight of a listed origin', async () => {
    const preflight = (origin: string) =>
      request(app.url)
        .options('/api/leaderboards/none')
        .set({ origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-other' });
    const { headers } = await preflight(LISTED);
    expect(headers['access-control-allow-methods']).toBe('GET,HEAD');
    expect(headers['access-control-allow-headers']).not.toContain('x-other');
    const foreign = await preflight('https://evil.example');
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });
});
