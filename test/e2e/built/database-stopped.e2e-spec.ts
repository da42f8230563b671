import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPostgres, type LocalServer, startEngine, startPostgres } from '../../../local/index.js';
import { loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { installed, readinessOf } from '../../support/app.js';
import { queryDatabase } from '../../support/database.js';
import { build, type DistProcess, startDist } from '../../support/dist.js';
import { asGameServer, asOperator, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { type Answered, Callers, type Call } from './callers.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
const STOPPED_SECONDS = Number(process.env['STOPPED_SECONDS'] ?? 40);
const LONGEST_MS = 3_500;
const CALLERS_PER_QUESTION = 3;
const PAUSE_MS = 50;
/** The number of answers per caller if each took two seconds. */
const IF_EACH_WAITED = STOPPED_SECONDS / 2;
const account = { username: 'grace', password: 'correct horse battery staple' };
const BOARD = '/api/leaderboards/stopped';

describe(
  'the built application while PostgreSQL is paused under load',
  { timeout: 120_000 + STOPPED_SECONDS * 1000 },
  () => {
    let engine: LocalServer;
    let database: LocalPostgres;
    let app: DistProcess;
    let callers: Callers;
    beforeAll(async () => {
      [engine, database] = await Promise.all([startEngine(kind), startPostgres(), build()]);
      await loadFlightsDataset({ databaseUrl: database.url, rows: 100_000 });
      app = await startDist(productionSettings(database.url, engine.url));
      await until(async () => (await readinessOf(app)).status === 'ok', 30_000);
      await send('PUT', BOARD, { operator: 'sum' });
      await send('POST', '/api/accounts', account);
      await fetch(`${app.url}/api/flights/1`);
      callers = new Callers(app.url, Array.from({ length: CALLERS_PER_QUESTION }, calls).flat(), PAUSE_MS);
    }, 180_000);
    afterAll(async () => {
      database?.resume();
      await app?.stop();
      await Promise.all([engine?.stop(), database?.stop()]);
    });

    async function send(method: string, path: string, body: object): Promise<void> {
      const headers = { ...asGameServer, 'Content-Type': 'application/json' };
      const { ok } = await fetch(`${app.url}${path}`, { method, headers, body: JSON.stringify(body) });
      expect(ok).toBe(true);
    }

    let flight = 1;
    const calls = (): Call[] => [
      { path: '/api/flights/1' },
      {
        get path() {
          return `/api/flights/${++flight}`;
        },
      },
      { path: '/api/flights/airports/ranking', headers: { ...asOperator, 'Cache-Control': 'no-cache' } },
      { path: '/api/sessions', method: 'POST', body: () => account },
      { path: BOARD },
      { path: '/api/leaderboards' },
      {
        path: `${BOARD}/scores`,
        method: 'POST',
        headers: asGameServer,
        body: () => ({ submissionId: randomUUID(), playerId: 'ada', score: 1 }),
      },
    ];

    /** Collects the answers to requests sent from now on, until every caller has some. */
    async function underLoad(): Promise<Answered[]> {
      const from = performance.now();
      const answersSince = () => callers.outcomes.filter(({ beganAt }) => beganAt >= from);
      await until(() => answersSince().length > 10 * calls().length * CALLERS_PER_QUESTION, 30_000);
      return answersSince();
    }

    const failed = (answers: Answered[]) => answers.filter(({ outcome }) => !/^20[012]$/.test(outcome));

    it(`answers every request within 3.5 s for ${STOPPED_SECONDS} s, and every request succeeds afterwards`, async () => {
      expect(failed(await underLoad())).toEqual([]);
      database.pause();
      const stoppedAt = performance.now();
      await until(async () => (await readinessOf(app)).status === 'unavailable');
      await delay(stoppedAt + STOPPED_SECONDS * 1000 - performance.now());
      expect(await readinessOf(app)).toMatchObject({ httpStatus: 503, status: 'unavailable' });
      const before = callers.outcomes.length;
      database.resume();
      await until(async () => (await readinessOf(app)).status === 'ok');
      expect(failed(await underLoad())).toEqual([]);
      await callers.stop();

      const { outcomes } = callers;
      // Requests sent before the pause do not count.
      const waits = outcomes.map(({ beganAt, ms }) => Math.min(ms, beganAt + ms - stoppedAt));
      const slow = waits.filter((ms) => ms > LONGEST_MS).length;
      const meanwhile = outcomes.slice(0, before).filter(({ beganAt }) => beganAt > stoppedAt);
      const longest = Math.round(Math.max(...waits));
      console.log(
        `PostgreSQL stopped for ${STOPPED_SECONDS} s: ${meanwhile.length} requests, ${slow} above 3.5 s, longest ${longest} ms`,
      );
      expect(slow).toBe(0);
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['200', '201', '503']));
      // Shows that requests are rejected immediately: otherwise there would be far fewer answers.
      expect(meanwhile.length).toBeGreaterThan(5 * IF_EACH_WAITED * calls().length * CALLERS_PER_QUESTION);
    });

    it('answers cached queries meanwhile, and loses no accepted score', async () => {
      const outcomesOf = (path: string) => callers.outcomes.filter((answer) => answer.path === path);
      expect(failed(outcomesOf('/api/flights/1'))).toEqual([]);
      expect(failed(outcomesOf(BOARD))).toEqual([]);
      const scores = outcomesOf(`${BOARD}/scores`);
      const accepted = scores.length - failed(scores).length;
      const sql = `SELECT merit FROM standings WHERE board = 'stopped' AND period = 'all'`;
      const [standing] = await queryDatabase<{ merit: string }>(database.url, sql);
      expect(Number(standing?.merit)).toBeGreaterThanOrEqual(accepted);
      expect(Number(standing?.merit)).toBeLessThanOrEqual(scores.length);
    });
  },
);
