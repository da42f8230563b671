import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { installed, startApp, type TestApp } from '../../../support/app.js';
import { asGameServer } from '../../../support/settings.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { Visitors } from '../visitors.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
/** Commands of the engine's own checks of its connections and subscriptions, and of this test. The module's scripts are sent by EVALSHA. */
const OTHERS = /^(auth|ping|role|info|eval|config\b.*|client\b.*|hello|s?subscribe|spublish)$/;
const REQUESTS = 20;

describe('engine calls of a request', () => {
  let engine: LocalEngine;
  let app: TestApp;
  let visitors: Visitors;
  beforeAll(async () => {
    engine = await startTestEngine(kind);
    app = await startApp({ settings: { SESSION_ENGINE_URL: engine.url } });
    visitors = new Visitors(app);
  });
  afterAll(async () => {
    await app.close();
    await engine.stop();
  });

  it('are one call and no write if it only reads its session', async () => {
    const visit = await visitors.newVisit();
    await visitors.current(visit).expect(200);
    await engine.command('CONFIG', 'RESETSTAT');
    for (let i = 0; i < REQUESTS; i++) await visitors.current(visit).expect(200);
    console.info(`${REQUESTS} requests that read their session: ${JSON.stringify(await commands())}`);
    // One script, and the two reads inside it.
    expect(await commands()).toEqual({ evalsha: REQUESTS, hmget: REQUESTS, time: REQUESTS });
  });

  it('are none on a public route, whatever its cookie', async () => {
    const { cookie } = await visitors.newVisit();
    await engine.command('CONFIG', 'RESETSTAT');
    for (let i = 0; i < REQUESTS; i++) await fetch(`${app.url}/api/flights/1`, { headers: { cookie } });
    expect(await commands()).toEqual({});
  });

  it('do not hold up flights and boards while the engine is down, whatever the cookie', async () => {
    const { cookie } = await visitors.newVisit();
    await request(app.url).put('/api/leaderboards/board').set(asGameServer).send({}).expect(200);
    engine.pause();
    const paths = ['/api/flights/1', '/api/leaderboards', '/api/leaderboards/board'];
    const answers = await Promise.all(paths.map((path) => fetch(app.url + path, { headers: { cookie } })));
    engine.resume();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  async function commands(): Promise<Record<string, number>> {
    const stats = String(await engine.command('INFO', 'commandstats'));
    const calls = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)];
    return Object.fromEntries(
      calls
        .map(([, name = '', count]) => [name, Number(count)] as const)
        .filter(([name]) => !OTHERS.test(name)),
    );
  }
});
