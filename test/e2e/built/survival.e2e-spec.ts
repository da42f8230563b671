import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPostgres, type LocalServer, startEngine, startPostgres } from '../../../local/index.js';
import { loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { installed, readinessOf } from '../../support/app.js';
import { build, type DistProcess, startDist } from '../../support/dist.js';
import { asGameServer, asOperator, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { Callers, type Outcome, type Call } from './callers.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
/** Without the engine, scores are accepted (202) and sessions fail (503). A restarted engine has lost the sessions (401). */
const WHOLE_ANSWERS: Outcome[] = ['200', '201', '202', '401', '503'];
const account = { username: 'ada', password: 'correct horse battery staple' };

let engine: LocalServer;
let database: LocalPostgres;
let app: DistProcess;
let callers: Callers;
/** Callers of the textbook side, which wait for as long as the engine is silent. */
let patient: Callers;
const sockets: Socket[] = [];

beforeAll(async () => {
  [engine, database] = await Promise.all([startEngine(kind), startPostgres(), build()]);
  await loadFlightsDataset({ databaseUrl: database.url, rows: 1000 });
  // The arena and the live feeds run in the background, where unhandled rejections are easily missed.
  app = await startDist({ ...productionSettings(database.url, engine.url), DEMO: 'true' });
  await until(async () => (await readinessOf(app)).status === 'ok');
  // The first round of the arena creates its board.
  await until(async () => (await fetch(`${app.url}/api/leaderboards/arena`)).ok);
  const signedIn = await fetch(`${app.url}/api/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  });
  const cookie = signedIn.headers.getSetCookie().join().split(';')[0] ?? '';
  for (const namespace of ['leaderboard', 'console', 'sessions']) {
    const socket = io(`${app.url}/${namespace}`, { transports: ['websocket'], extraHeaders: { cookie } });
    sockets.push(socket);
    await until(() => socket.connected);
  }
  sockets[0]?.emit('watch', { board: 'arena', window: 'all', top: 10 }, () => undefined);
  callers = new Callers(app.url, calls(cookie));
  patient = new Callers(app.url, textbookCalls);
}, 120_000);

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await app?.stop();
  await Promise.all([engine?.stop(), database?.stop()]);
});

function calls(cookie: string): Call[] {
  return [
    { path: '/api/flights/1' },
    { path: '/api/flights/airports/ranking', headers: { ...asOperator, 'Cache-Control': 'no-cache' } },
    { path: '/api/sessions/current', headers: { cookie } },
    { path: '/api/sessions', method: 'POST', body: () => account },
    { path: '/api/leaderboards/arena' },
    {
      path: '/api/leaderboards/arena/scores',
      method: 'POST',
      headers: asGameServer,
      body: () => ({ submissionId: randomUUID(), playerId: 'ada', score: 1 }),
    },
  ];
}

const textbookCalls: Call[] = [
  { path: '/textbook/flights/1' },
  { path: '/textbook/sessions', method: 'POST', body: () => ({ username: 'ada' }) },
  {
    path: '/textbook/leaderboards/arena/scores',
    method: 'POST',
    body: () => ({ playerId: 'ada', score: 1 }),
  },
];

/** Waits until every caller has some more answers. */
function underLoad(): Promise<void> {
  const before = callers.outcomes.length;
  return until(() => callers.outcomes.length > before + 30);
}

describe('the built application under load', () => {
  it.each<[string, () => Promise<void> | void, string, () => Promise<void> | void]>([
    ['its engine is killed', () => engine.kill(), 'degraded', () => engine.restart()],
    ['its engine is paused', () => engine.pause(), 'degraded', () => engine.resume()],
    ['PostgreSQL is killed', () => database.kill(), 'unavailable', () => database.restart()],
  ])('stays alive while %s, and is ready again by itself', async (_what, breakIt, status, mendIt) => {
    await underLoad();
    await breakIt();
    await until(async () => (await readinessOf(app)).status === status);
    await underLoad();
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
    await mendIt();
    await until(async () => (await readinessOf(app)).status === 'ok');
    await underLoad();
  });

  it('breaks no response, leaves no rejection unhandled, and exits with 0', async () => {
    await Promise.all([callers.stop(), patient.stop()]);
    expect(patient.outcomes.filter(({ outcome }) => /refused|broken/.test(outcome))).toEqual([]);
    expect(callers.outcomes.filter(({ outcome }) => !WHOLE_ANSWERS.includes(outcome))).toEqual([]);
    expect(app.lines.filter((line) => /unhandled|uncaught|TypeError|\bFATAL\b/i.test(line))).toEqual([]);
    expect((await app.stop()).code).toBe(0);
  });
});
