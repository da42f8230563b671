import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { redisLike, startApp, type TestApp } from '../../support/app.js';
import { asGameServer, OPERATOR_KEY } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { Visitors } from '../sessions/visitors.js';
import { panelQueries, type Query, ruleQueries } from '../telemetry/dashboard-queries.js';
import { type Alert, type Prometheus, PROMETHEUS_LACKS, type Sample, startPrometheus } from './prometheus.js';
import { type Exporter, EXPORTER_LACKS, startExporter } from './redis-exporter.js';

const LACKS = PROMETHEUS_LACKS ?? EXPORTER_LACKS;
const SKIPPED = LACKS === undefined ? '' : ` (skipped: ${LACKS})`;

describe.skipIf(LACKS !== undefined)(`docker/observability in a real Prometheus${SKIPPED}`, () => {
  let app: TestApp;
  let engine: LocalEngine;
  let replica: LocalEngine;
  let exporter: Exporter;
  let prometheus: Prometheus;

  beforeAll(async () => {
    app = await startApp();
    engine = app.engine as LocalEngine;
    const settings = ['--replicaof', '127.0.0.1', `${engine.port}`];
    replica = await startEngine(redisLike(), { settings });
    await engine.command('CONFIG', 'SET', 'maxmemory', '1gb');
    exporter = await startExporter(engine);
    const targets = { app: new URL(app.url).host, exporter: exporter.target, operatorKey: OPERATOR_KEY };
    prometheus = await startPrometheus(targets);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
    await replica?.stop();
    await app?.close();
  });

  /** A little of everything that the dashboard shows: a rate needs two different counts. */
  async function useApp(): Promise<void> {
    await request(app.url).get('/api/flights/1').expect(200);
    await request(app.url).get('/api/flights/999999999').expect(404);
    await new Visitors(app).newVisit();
    const board = request(app.url).put('/api/leaderboards/observed').set(asGameServer);
    await board.send({ windows: ['all'] }).expect(200);
    const score = { submissionId: randomUUID(), playerId: 'amber', score: 1 };
    const scores = request(app.url).post('/api/leaderboards/observed/scores').set(asGameServer);
    await scores.send(score).expect(200);
  }

  const isShown = ({ shownLabels }: Query, { labels, value }: Sample) =>
    Number.isFinite(value) && shownLabels.every((label) => label in labels);

  async function firing(...names: string[]): Promise<Alert[]> {
    let alerts: Alert[] = [];
    await until(async () => {
      alerts = (await prometheus.alerts()).filter(({ state }) => state === 'firing');
      return names.every((name) => alerts.some(({ labels }) => labels['alertname'] === name));
    });
    return alerts.filter(({ labels }) => names.includes(labels['alertname'] ?? ''));
  }

  it('has a configuration and rules that promtool accepts', () => {
    expect(prometheus.check).toMatchObject({ status: 0 });
    expect(prometheus.check.output).toContain(`SUCCESS: ${ruleQueries().length} rules found`);
  });

  it.each(panelQueries())('answers the panel $name with a series for its legend: $text', async (query) => {
    let shown: Sample[] = [];
    await until(async () => {
      shown = (await prometheus.query(query.text)).filter((sample) => isShown(query, sample));
      if (shown.length === 0) await useApp();
      return shown.length > 0;
    });
    expect(shown).not.toEqual([]);
  });

  it('evaluates every rule without an error', async () => {
    await until(async () => {
      const rules = await prometheus.rules();
      return rules.length > 0 && rules.every(({ health }) => health !== 'unknown');
    });
    const found = (await prometheus.rules()).map(({ name, health }) => [name, health]);
    expect(found).toEqual(ruleQueries().map(({ name }) => [name, 'ok']));
  });

  it('alerts when a replica is silent and when the memory of the engine is full', async () => {
    replica.pause();
    await engine.command('CONFIG', 'SET', 'maxmemory', '1mb');
    const alerts = await firing('ReplicaLags', 'EngineMemoryHigh');
    const lag = alerts.find(({ labels }) => labels['alertname'] === 'ReplicaLags');
    expect(lag?.annotations['summary']).toMatch(/^The replica 127\.0\.0\.1:\d+ has not reported/);
    replica.resume();
  });

  it('alerts when the engine is down and its breaker is open, and names the roles and the node', async () => {
    await engine.kill();
    const alerts = await firing('EngineDown', 'BreakerOpen');
    for (const { annotations } of alerts) {
      expect(annotations['summary']).toContain('sessions');
      expect(annotations['summary']).toContain(new URL(app.url).host);
      expect(annotations['action']).toContain('GET /health/ready');
    }
  });
});
