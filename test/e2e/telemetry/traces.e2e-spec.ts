import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WeatherUpstream } from '../../../src/demo/weather/weather.upstream.js';
import { startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { type Collector, type ReceivedSpan, startCollector } from './collector.js';

const SERVER = 2;
const CLIENT = 3;

describe('traces', () => {
  let collector: Collector;
  let app: TestApp;
  beforeAll(async () => {
    collector = await startCollector();
    app = await startApp({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  });
  afterAll(async () => {
    await app.close();
    collector.close();
  });

  /** All spans of one request, which names its trace itself. */
  async function traceOf(path: string, sampled = '01') {
    const [traceId, callerId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const { status } = await request(app.url)
      .get(path)
      .set({ traceparent: `00-${traceId}-${callerId}-${sampled}` });
    const spans = () => collector.spans.filter((span) => span.traceId === traceId);
    return { status, traceId, callerId, spans };
  }
  const untilComplete = (spans: () => ReceivedSpan[]) =>
    until(() => spans().some(({ kind }) => kind === SERVER));
  const find = (spans: ReceivedSpan[], name: string): ReceivedSpan => {
    const span = spans.find((one) => one.name === name);
    if (!span) throw new Error(`No span "${name}" among ${spans.map((one) => one.name).join(', ')}`);
    return span;
  };
  const engine = () => app.engine.url.split(':')[0] ?? '';

  it('have spans for a miss and its phases below the request, and the request below its caller', async () => {
    const { spans, callerId } = await traceOf('/api/flights/77');
    await untilComplete(spans);
    const server = find(spans(), 'GET /api/flights/:id');
    expect(server).toMatchObject({
      kind: SERVER,
      parentSpanId: callerId,
      isError: false,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/api/flights/:id',
        'http.response.status_code': 200,
        'url.scheme': 'http',
      },
    });
    const lookup = find(spans(), 'lookup flights.flight');
    expect(lookup).toMatchObject({
      parentSpanId: server.spanId,
      attributes: {
        'cache.query': 'flights.flight',
        'cache.outcome': 'miss',
        'cache.tier': 'database',
        'cache.key_hash': expect.stringMatching(/^[\w-]{27}$/),
        'cache.ttl_seconds': expect.any(Number),
      },
    });
    const phases = spans().filter(({ parentSpanId }) => parentSpanId === lookup.spanId);
    expect(phases.map(({ name }) => name)).toEqual([
      `GET ${engine()}`,
      'wait',
      'SELECT flights',
      `SET ${engine()}`,
    ]);
    expect(find(phases, 'SELECT flights')).toMatchObject({
      kind: CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT flights' },
    });
    expect(find(phases, `GET ${engine()}`).attributes).toEqual({
      'db.system.name': engine(),
      'db.operation.name': 'GET',
    });
    for (const [inner, outer] of [...phases.map((phase) => [phase, lookup]), [lookup, server]] as const) {
      // Clocks of a span are read one after the other, to the microsecond.
      expect(inner.startsAt).toBeGreaterThanOrEqual(outer.startsAt - 1_000_000n);
      expect(inner.endsAt).toBeLessThanOrEqual(outer.endsAt + 1_000_000n);
    }
  });

  it('have one phase for a hit in the local tier', async () => {
    await request(app.url).get('/api/flights/78').expect(200);
    const { spans } = await traceOf('/api/flights/78');
    await untilComplete(spans);
    const names = spans().map(({ name }) => name);
    expect(names.toSorted()).toEqual(['GET /api/flights/:id', 'local', 'lookup flights.flight']);
  });

  it('keep concurrent requests apart', async () => {
    const traces = await Promise.all(Array.from({ length: 20 }, () => traceOf('/api/flights/routes/DEN')));
    await Promise.all(traces.map(({ spans }) => untilComplete(spans)));
    const outcomes = traces.map(({ spans }) => {
      const lookups = spans().filter(({ name }) => name === 'lookup flights.top-routes');
      expect(lookups).toHaveLength(1);
      expect(lookups[0]?.parentSpanId).toBe(find(spans(), 'GET /api/flights/routes/:origin').spanId);
      return lookups[0]?.attributes['cache.outcome'];
    });
    expect(outcomes.filter((outcome) => outcome === 'miss')).toHaveLength(1);
    const queries = traces.flatMap(({ spans }) => spans()).filter(({ name }) => name === 'SELECT flights');
    expect(queries).toHaveLength(1);
  });

  it('report failures', async () => {
    app.get(WeatherUpstream).isOutOfOrder = true;
    const { status, spans } = await traceOf('/api/weather/JFK');
    expect(status).toBe(503);
    await untilComplete(spans);
    expect(find(spans(), 'GET /api/weather/:airport').isError).toBe(true);
    expect(find(spans(), 'lookup weather.current')).toMatchObject({
      isError: true,
      attributes: { 'cache.outcome': 'error' },
    });
  });

  it('have no spans for a caller that does not sample', async () => {
    const unsampled = await traceOf('/api/flights/79', '00');
    const sampled = await traceOf('/api/flights/79');
    await untilComplete(sampled.spans);
    expect(unsampled.spans()).toEqual([]);
  });

  it('contain no arguments', async () => {
    const { spans } = await traceOf('/api/flights/routes/ORD/SFO');
    await untilComplete(spans);
    const text = collector.spans.flatMap(({ name, attributes }) => [name, JSON.stringify(attributes)]).join();
    expect(text).not.toMatch(/ORD|SFO/);
  });

  it('have their id in GET /api/query-cache/traces', async () => {
    const { traceId } = await traceOf('/api/flights/80');
    const { body } = await request(app.url)
      .get('/api/query-cache/traces?limit=1')
      .set(asOperator)
      .expect(200);
    expect(body).toEqual([
      expect.objectContaining({ query: 'flights.flight', traceId, sqlLabel: 'SELECT flights' }),
    ]);
  });
});
