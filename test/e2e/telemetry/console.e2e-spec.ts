import { io, type Socket } from 'socket.io-client';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';

describe('the live feed at /console', () => {
  let app: TestApp;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(() => app.close());

  function connect(extraHeaders: Record<string, string>): Socket {
    const socket = io(`${app.url}/console`, { transports: ['websocket'], forceNew: true, extraHeaders });
    sockets.push(socket);
    return socket;
  }

  it('rejects a client that is not an operator', async () => {
    const socket = connect({});
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(error.message).toContain('E_KEY_REQUIRED');
  });

  it('publishes the rates of the last minutes to a new viewer at once', async () => {
    const sent: string[] = [];
    const socket = connect(asOperator);
    socket.onAny((event: string) => sent.push(event));
    // The last of the messages that every new viewer gets.
    await new Promise((resolve) => socket.once('lookups', resolve));
    expect(sent).toEqual(['engines', 'connections', 'servers', 'server-events', 'activity', 'lookups']);
  });

  it('publishes lookups, session events and engine states, without arguments or names', async () => {
    const heard = { lookups: [] as unknown[], sessions: [] as unknown[], engines: [] as unknown[] };
    const socket = connect(asOperator);
    for (const event of ['lookups', 'sessions', 'engines'] as const) {
      socket.on(event, (batch: unknown[]) => heard[event].push(...batch));
    }
    await until(() => heard.engines.length > 0);
    await request(app.url).get('/api/flights/routes/SEA').expect(200);
    await request(app.url)
      .post('/api/sessions')
      .send({ username: 'mistyped-password', password: 'x' })
      .expect(401);
    await until(() => heard.lookups.length > 0 && heard.sessions.length > 0);
    expect(heard.lookups).toEqual([
      expect.objectContaining({ query: 'flights.top-routes', outcome: 'miss' }),
    ]);
    expect(heard.sessions).toEqual([expect.objectContaining({ event: 'refused', username: null })]);
    expect(JSON.stringify(heard)).not.toMatch(/SEA|mistyped/);
  });
});
