import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';

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

const operator = { host: 'localhost', ...asOperator };

describe('the servers of an application that npm start did not start', () => {
  it.each([
    ['get', '/api/demo/servers', undefined],
    ['post', '/api/demo/servers/engine', { action: 'kill' }],
    ['post', '/api/demo/zones/a', { action: 'cut' }],
    ['post', '/api/demo/cluster', { action: 'add-shard' }],
    ['post', '/api/demo/scores', { playerId: 'a', score: 1 }],
  ] as const)('are not found, with one sentence and what to do: %s %s', async (method, path, body) => {
    for (const { url } of [demo, app]) {
      const answer = await request(url)[method](path).set(operator).send(body).expect(404);
      expect(answer.body).toMatchObject({ code: 'E_NO_LAUNCHER' });
      expect(answer.body.detail).toMatch(/^npm start did not start this application .* Run npm start, /);
    }
  });

  it('are for operators only', async () => {
    const { body } = await request(app.url).get('/api/demo/servers').expect(401);
    expect(body.code).toBe('E_KEY_REQUIRED');
  });
});

describe('POST /api/demo/servers/:name, /api/demo/zones/:zone, /api/demo/cluster and /api/demo/scores', () => {
  it.each([
    ['servers/engine', {}, 'action'],
    ['servers/engine', { action: 'reboot' }, 'action'],
    ['servers/engine', { action: 'kill', force: true }, 'force'],
    ['servers/..%2F..%2Fetc', { action: 'kill' }, 'name'],
    ['zones/d', { action: 'cut' }, 'zone'],
    ['zones/a', { action: 'kill' }, 'action'],
    ['cluster', { action: 'kill' }, 'action'],
    ['scores', { playerId: 'a b', score: 1 }, 'playerId'],
    ['scores', { playerId: 'a', score: 0.5 }, 'score'],
  ])('names the wrong field: %s %j', async (path, body, field) => {
    const answer = await request(demo.url).post(`/api/demo/${path}`).send(body).expect(422);
    expect(answer.body).toMatchObject({ code: 'E_INVALID', errors: [{ field }] });
  });

  it('is refused for a page of another site', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const kill = request(demo.url).post('/api/demo/servers/engine').set(headers).send({ action: 'kill' });
    expect((await kill.expect(403)).body.code).toBe('E_CROSS_SITE');
  });
});
