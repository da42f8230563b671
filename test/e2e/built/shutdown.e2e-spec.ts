import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { Client } from 'pg';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../local/index.js';
import { installed, readinessOf } from '../../support/app.js';
import { createDatabase, sessionsWaitingFor } from '../../support/database.js';
import { build, type DistProcess, startDist } from '../../support/dist.js';
import { elapsed } from '../../support/elapsed.js';
import { asOperator, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { Callers, type Call } from './callers.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
/** The number of database loads that a node runs concurrently. */
const CALLERS = 3;
const slowCall: Call = {
  path: '/api/flights/airports/ranking',
  headers: { ...asOperator, 'Cache-Control': 'no-store' },
};

let databaseUrl: string;
let engine: LocalServer;
let app: DistProcess;

beforeAll(async () => {
  [databaseUrl, engine] = await Promise.all([createDatabase(), startEngine(kind), build()]);
}, 120_000);

beforeEach(async () => {
  app = await startDist(productionSettings(databaseUrl, engine.url));
  await until(async () => (await readinessOf(app)).status === 'ok');
});

afterAll(() => engine?.stop());

describe('the built application on SIGTERM', () => {
  it('completes accepted requests even after further signals, and exits with 0', async () => {
    const callers = new Callers(
      app.url,
      Array.from({ length: CALLERS }, () => slowCall),
    );
    await until(() => callers.outcomes.length > 3 * CALLERS);
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    await database.query('BEGIN; LOCK TABLE flights');
    await until(async () => (await sessionsWaitingFor(database)) === CALLERS);

    process.kill(app.pid, 'SIGTERM');
    await until(() => isRefused(app));
    process.kill(app.pid, 'SIGTERM');
    process.kill(app.pid, 'SIGINT');
    expect(await sessionsWaitingFor(database)).toBe(CALLERS);
    await database.query('COMMIT');
    await database.end();

    await callers.refused();
    const notAnswered = callers.outcomes.map(({ outcome }) => outcome).filter((outcome) => outcome !== '200');
    expect(notAnswered).toEqual(Array.from({ length: CALLERS }, () => 'refused'));
    expect((await app.exited).code).toBe(0);
  });

  it('does not wait for connections without a request, which browsers open in advance', async () => {
    const { port, hostname } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const { result: exit, ms } = await elapsed(() => app.stop());
    expect(exit.code).toBe(0);
    // It waits 8 s for connections with a pending request.
    expect(ms).toBeLessThan(5_000);
    socket.destroy();
  });

  it('does not wait for idle keep-alive connections', async () => {
    const agent = new Agent({ keepAlive: true });
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(`${app.url}/health/live`, { agent }, resolve);
    });
    answer.resume();
    await once(answer, 'end');
    expect(answer.headers['keep-alive']).toBe('timeout=65');
    const { result: exit, ms } = await elapsed(() => app.stop());
    expect(exit.code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    agent.destroy();
  });

  it('exits with 0 within 10 s although a websocket is open', async () => {
    const socket = io(`${app.url}/leaderboard`, { transports: ['websocket'], reconnection: false });
    await until(() => socket.connected);
    const { result: exit, ms } = await elapsed(() => app.stop());
    expect(exit.code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    await until(() => socket.disconnected);
  });
});

function isRefused({ url }: DistProcess): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    () => false,
    (error: Error) => (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED',
  );
}
