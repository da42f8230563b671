import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startEngine } from '../../../local/index.js';
import { installed, readinessOf } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { build, type DistProcess, startDist } from '../../support/dist.js';
import { asGameServer, productionSettings, type Settings } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { Balancer } from './balancer.js';
import { Callers, type Call } from './callers.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
const CALLERS = 4;
const RESTARTS = 4;

const calls: Call[] = [
  { path: '/api/flights/1' },
  { path: '/api/leaderboards/rolling' },
  {
    path: '/api/leaderboards/rolling/scores',
    method: 'POST',
    headers: asGameServer,
    body: () => ({ submissionId: randomUUID(), playerId: 'ada', score: 1 }),
  },
];

describe('two nodes behind a load balancer that checks /health/ready', { timeout: 120_000 }, () => {
  let engine: LocalServer;
  let settings: Settings;
  let nodes: DistProcess[];
  let balancer: Balancer;
  let url: string;
  beforeAll(async () => {
    const [databaseUrl, started] = await Promise.all([createDatabase(), startEngine(kind), build()]);
    engine = started;
    settings = { ...productionSettings(databaseUrl, engine.url), SHUTDOWN_DELAY_SECONDS: '1' };
    nodes = [await startDist(settings), await startDist(settings)];
    balancer = new Balancer(nodes.map((node) => node.url));
    url = await balancer.start();
    await until(() => nodes.every((node) => balancer.isReady(node.url)), 30_000);
    await fetch(`${url}/api/leaderboards/rolling`, {
      method: 'PUT',
      headers: { ...asGameServer, 'Content-Type': 'application/json' },
      body: '{"windows":["all"]}',
    });
  }, 180_000);
  afterAll(async () => {
    balancer?.stop();
    await Promise.all((nodes ?? []).map((node) => node.stop()));
    await engine?.stop();
  });

  async function restart(index: number): Promise<void> {
    const node = nodes[index] as DistProcess;
    expect((await node.stop()).code).toBe(0);
    nodes[index] = await startDist({ ...settings, PORT: new URL(node.url).port });
    await until(() => balancer.isReady(node.url), 30_000);
  }

  it('complete every request during four rolling restarts', async () => {
    const callers = new Callers(url, Array.from({ length: CALLERS }, () => calls).flat());
    for (let i = 0; i < RESTARTS; i++) {
      const before = callers.outcomes.length;
      await restart(i % nodes.length);
      await until(() => callers.outcomes.length > before + 100);
    }
    await callers.stop();
    const lost = callers.outcomes.filter(({ outcome }) => outcome !== '200');
    console.log(`rolling restarts: ${callers.outcomes.length} requests, ${lost.length} refused or broken`);
    expect(lost).toEqual([]);
  });

  it('keep serving after /health/ready has changed to 503', async () => {
    const [node] = nodes as [DistProcess];
    process.kill(node.pid, 'SIGTERM');
    await until(async () => (await readinessOf(node)).httpStatus === 503);
    expect((await readinessOf(node)).status).toBe('stopping');
    const answer = await fetch(`${node.url}/api/flights/2`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect((await node.exited).code).toBe(0);
  });
});
