import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asGameServer, asOperator } from '../../support/settings.js';
import { Visitors } from '../sessions/visitors.js';

describe('errors while an engine is down', () => {
  let app: TestApp;
  let cookie: string;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp({ cacheEngine: 'memcached' });
    ({ cookie } = await new Visitors(app).newVisit());
    await request(app.url)
      .put('/api/leaderboards/quiet')
      .set(asGameServer)
      .send({ windows: ['all'] })
      .expect(200);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await app.close();
  });

  const connect = (namespace: string) => {
    const extraHeaders = { cookie };
    const socket = io(`${app.url}/${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders,
    });
    sockets.push(socket);
    return socket;
  };

  async function answers(): Promise<string[]> {
    const refusal = new Promise<string>((resolve) => {
      connect('sessions').once('connect_error', ({ message }) => resolve(message));
    });
    const viewer = connect('leaderboard');
    const snapshot: unknown = await viewer
      .timeout(10_000)
      .emitWithAck('watch', { board: 'quiet', window: 'all', top: 3 });
    const current = await request(app.url).get('/api/sessions/current').set({ cookie }).expect(503);
    const signIn = await request(app.url)
      .post('/api/sessions')
      .send({ username: 'nobody', password: 'a passphrase for tests' });
    const flight = await request(app.url).get('/api/flights/5').expect(200);
    const invalidated = await request(app.url)
      .post('/api/query-cache/invalidations')
      .set(asOperator)
      .send({ tag: 'airport:JFK' });
    const submitted = await request(app.url)
      .post('/api/leaderboards/quiet/scores')
      .set(asGameServer)
      .send({ submissionId: '1', playerId: 'ada', score: 1 });
    const texts = [current, signIn, flight, invalidated, submitted].map(
      ({ text, headers }) => text + JSON.stringify(headers),
    );
    return [await refusal, JSON.stringify(snapshot), ...texts];
  }

  it.each(['killed', 'paused'] as const)(
    'do not reveal the address of the engine over HTTP or websockets: %s',
    async (how) => {
      for (const server of [app.engine, app.cacheEngine])
        await (how === 'killed' ? server.kill() : server.pause());
      const told = await answers();
      for (const server of [app.engine, app.cacheEngine])
        await (how === 'killed' ? server.restart() : server.resume());
      expect(told[0]).toMatch(/^E_ENGINE_UNAVAILABLE: /);
      const ports = [app.engine, app.cacheEngine].map(({ url }) => new URL(url).port);
      for (const text of told) {
        for (const port of ports) expect(text).not.toMatch(new RegExp(`127\\.0\\.0\\.1|:${port}\\b`));
      }
    },
  );
});
