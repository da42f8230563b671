import { io } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { type Headers, poll } from './handshake.js';

let app: TestApp;
let demo: TestNode;
beforeAll(async () => {
  app = await startApp();
  demo = await app.startNode({ DEMO: 'true' });
});
afterAll(async () => {
  await demo.close();
  await app.close();
});

const rebound = { host: 'evil.example:3000' };

/** Resolves with why the namespace was refused, or with 'connected'. */
async function connect(namespace: string, extraHeaders: Headers): Promise<string> {
  const socket = io(`${demo.url}/${namespace}`, { transports: ['websocket'], forceNew: true, extraHeaders });
  const outcome = await new Promise<string>((resolve) => {
    socket
      .once('connect', () => resolve('connected'))
      .once('connect_error', ({ message }) => resolve(message));
  });
  socket.disconnect();
  return outcome;
}

describe('operator routes in demo mode', () => {
  const routes: ['get' | 'post', string][] = [
    ['get', '/metrics'],
    ['get', '/api/query-cache/stats'],
    ['get', '/api/query-cache/traces'],
    ['post', '/api/query-cache/invalidations'],
    ['post', '/api/leaderboards/none/rebuild'],
    ['get', '/api/demo/servers'],
    ['post', '/api/demo/servers/engine'],
    ['post', '/api/demo/cluster'],
    ['get', '/api/demo/arena'],
    ['post', '/api/demo/crowd/loads'],
  ];
  const foreign = [
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '192.168.1.2:3000',
    'notlocalhost',
    'evil.example@localhost',
    'localhost@evil.example',
    '[::2]:3000',
  ];
  const loopback = [
    'localhost',
    'localhost:3000',
    'LOCALHOST',
    'app.localhost:3000',
    '127.0.0.1:3000',
    '127.0.0.2',
    '[::1]',
    '[::1]:3000',
  ];

  it.each(routes)(
    'reject a request for a host that is not a loopback address: %s %s',
    async (method, route) => {
      for (const host of foreign) {
        const { body } = await request(demo.url)[method](route).set({ host }).expect(403);
        expect(body.code).toBe('E_HOST_UNKNOWN');
        const agent = request(demo.url);
        const withKey = await agent[method](route).set({ host, ...asOperator });
        expect(withKey.status).not.toBe(403);
      }
      for (const host of loopback) {
        const { status } = await request(demo.url)[method](route).set({ host });
        expect([host, status]).not.toEqual([host, 403]);
      }
    },
  );

  it('ignore Cache-Control: no-store from a host that is not a loopback address', async () => {
    const cacheStatus = async (host: string) => {
      const { headers } = await request(demo.url)
        .get('/api/flights/7')
        .set({ host, 'cache-control': 'no-store' })
        .expect(200);
      return String(headers['cache-status']);
    };
    expect(await cacheStatus('evil.example')).not.toMatch(/bypass|request/);
    expect(await cacheStatus('localhost')).toMatch(/fwd=(bypass|request)/);
  });

  it('require a key outside demo mode, whatever the host', async () => {
    for (const host of ['localhost', 'evil.example']) {
      const { body } = await request(app.url).get('/metrics').set({ host }).expect(401);
      expect(body.code).toBe('E_KEY_REQUIRED');
    }
  });

  it('reject the namespace /console for a host that is not a loopback address, over every transport', async () => {
    expect(await connect('console', rebound)).toMatch(/^E_HOST_UNKNOWN: /);
    expect(await connect('console', { ...rebound, ...asOperator })).toBe('connected');
    expect(await connect('console', {})).toBe('connected');
    expect(await connect('leaderboard', rebound)).toBe('connected');
    expect(await poll(demo, 'console', rebound)).toContain('E_HOST_UNKNOWN: ');
    expect(await poll(demo, 'console', { host: 'localhost' })).toMatch(/^40\/console,\{"sid"/);
  });
});
