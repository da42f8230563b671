import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { asOperator } from '../../support/settings.js';
import { until } from '../../support/until.js';
import { BothWays, type Exchange } from '../query-cache/both-ways.js';
import { type Collector, startCollector } from './collector.js';

const PATH = '/api/flights/3';

describe('a request on the fast lane', () => {
  let collector: Collector;
  let app: TestApp;
  let both: BothWays;
  let etag: string;
  beforeAll(async () => {
    collector = await startCollector();
    app = await startApp({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRUST_PROXY: '1' } });
    both = await BothWays.of(app);
    etag = String((await both.warm(PATH)).headers.etag);
    await both.warm(PATH, {}, 'HEAD');
    await both.warm(PATH, { 'x-forwarded-proto': 'https' });
  });
  afterAll(async () => {
    await both.close();
    await app.close();
    collector.close();
  });

  const requests: [string, () => Partial<Exchange>][] = [
    ['GET', () => ({})],
    ['HEAD', () => ({ method: 'HEAD' })],
    ['304', () => ({ headers: { 'if-none-match': etag } })],
    ['https at the proxy', () => ({ headers: { 'x-forwarded-proto': 'https' } })],
  ];

  async function countsOf(name: string): Promise<Map<string, number>> {
    const { text } = await request(app.url).get('/metrics').set(asOperator).expect(200);
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes('flight'));
    return new Map(
      lines.map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end))];
      }),
    );
  }

  it.each(requests)('is counted with the names and labels of the normal way: %s', async (_what, exchange) => {
    for (const metric of [
      'http_server_request_duration_seconds_count',
      'cache_lookup_duration_seconds_count',
    ]) {
      await both.warm(PATH);
      const before = await countsOf(metric);
      const normal = await both.normalWay({ path: PATH, ...exchange() });
      const between = await countsOf(metric);
      const own = await both.own({ path: PATH, ...exchange() });
      const after = await countsOf(metric);
      expect([normal.isFast, own.isFast]).toEqual([false, true]);
      const added = (some: Map<string, number>, more: Map<string, number>) =>
        [...more].map(([line, count]) => [line, count - (some.get(line) ?? 0)]).filter(([, n]) => n !== 0);
      expect(added(between, after)).toEqual(added(before, between));
      expect(added(between, after)).toHaveLength(1);
    }
  });

  it.each(requests)(
    'has the spans of the normal way, in the trace of its caller: %s',
    async (_what, exchange) => {
      await both.warm(PATH);
      const spansOf = async (way: 'normalWay' | 'own') => {
        const [traceId, callerId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
        const sent = { path: PATH, ...exchange() };
        const traceparent = `00-${traceId}-${callerId}-01`;
        const answer = await both[way]({ ...sent, headers: { ...sent.headers, traceparent } });
        expect(answer.isFast).toBe(way === 'own');
        const spans = () => collector.spans.filter((span) => span.traceId === traceId);
        await until(() => spans().length === 3);
        const names = new Map(spans().map(({ spanId, name }) => [spanId, name]));
        return spans().map(({ name, kind, isError, attributes, parentSpanId = '' }) => {
          const parent = parentSpanId === callerId ? 'the caller' : names.get(parentSpanId);
          return {
            name,
            kind,
            isError,
            parent,
            attributes: { ...attributes, 'cache.ttl_seconds': undefined },
          };
        });
      };
      const normal = await spansOf('normalWay');
      expect(normal.map(({ parent }) => parent)).toContain('the caller');
      expect(await spansOf('own')).toEqual(normal);
    },
  );

  it('has its trace in GET /api/query-cache/traces', async () => {
    const traceId = randomBytes(16).toString('hex');
    await both.own({ path: PATH, headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` } });
    const { body } = await request(app.url)
      .get('/api/query-cache/traces?limit=1')
      .set(asOperator)
      .expect(200);
    expect(body).toEqual([
      expect.objectContaining({ query: 'flights.flight', outcome: 'hit', tier: 'local', traceId }),
    ]);
  });
});
