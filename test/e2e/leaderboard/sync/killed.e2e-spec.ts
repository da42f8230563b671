import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../../local/index.js';
import { startApp, type TestApp } from '../../../support/app.js';
import { queryDatabase } from '../../../support/database.js';
import { build, type DistProcess, startDist } from '../../../support/dist.js';
import { asGameServer, patient, productionSettings } from '../../../support/settings.js';
import { until } from '../../../support/until.js';

const SCORES = 50;

describe('a node that is killed', () => {
  let app: TestApp;
  let proxy: FaultProxy;
  let node: DistProcess;
  beforeAll(async () => {
    await build();
    app = await startApp();
    proxy = await startFaultProxy({ target: app.engine.port });
    // It waits for the engine until it is killed.
    node = await startDist({
      ...productionSettings(app.databaseUrl, proxy.through(app.engine.url)),
      ...patient,
    });
    await node.says(/^ready /);
  }, 120_000);
  afterAll(async () => {
    await node.stop();
    await proxy.stop();
    await app.close();
  });

  it('between commit and projection loses and doubles nothing: another node shows what it committed', async () => {
    const board = (url: string) => `${url}/api/leaderboards/killed`;
    const headers = { ...asGameServer, 'content-type': 'application/json' };
    const send = (url: string, body: unknown) =>
      fetch(`${board(url)}/scores`, { method: 'POST', headers, body: JSON.stringify(body) });
    const page = async () => (await (await fetch(board(app.url))).json()) as { version: number };
    const scores = Array.from({ length: SCORES }, () => ({
      submissionId: randomUUID(),
      playerId: 'a',
      score: 1,
    }));
    await fetch(board(node.url), { method: 'PUT', headers, body: '{"operator":"sum"}' });
    expect((await send(node.url, scores)).status).toBe(200);

    // From here on the node's commands do not reach the engine.
    proxy.drop('to-server');
    const again = scores.map((score) => ({ ...score, submissionId: randomUUID() }));
    const unanswered = send(node.url, again).catch(() => 'unanswered');
    await until(async () => {
      const sql = `SELECT FROM boards WHERE board = 'killed' AND sequence = $1`;
      return (await queryDatabase(app.databaseUrl, sql, [2 * SCORES])).length > 0;
    });
    await node.kill();
    expect(await unanswered).toBe('unanswered');

    const whole = { version: 2 * SCORES, total: 1, entries: [{ playerId: 'a', score: 2 * SCORES }] };
    await until(async () => (await page()).version === whole.version);
    expect(await page()).toMatchObject(whole);
    // The game server got no answer and repeats its request.
    expect((await send(app.url, again)).status).toBe(200);
    expect(await page()).toMatchObject(whole);
    console.log(`kill -9 between commit and projection: ${2 * SCORES} submissions, lost = 0, doubled = 0`);
  });
});
