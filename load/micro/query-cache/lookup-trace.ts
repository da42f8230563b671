import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { startEngine } from '../../../local/index.js';
import { type CachedQuery, lookupChannel } from '../../../src/query-cache/index.js';
import { recordLookup } from '../../../src/telemetry/subscribers/lookup-spans.js';
import { Database } from '../../../src/database/index.js';
import { MetricsService } from '../../../src/telemetry/metrics/metrics.service.js';
import { subscribe } from '../../../src/telemetry/subscribe.js';
import { LookupMetrics } from '../../../src/telemetry/subscribers/lookup-metrics.js';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario } from '../../scenario.js';
import { type CacheNode, openCacheNode } from './cache-node.js';
import { median, quantile } from '../../measuring/statistics.js';

const LOOKUPS = 10_000;
const WAVE = 100;
const RECORDS = 100_000;
const ROUNDS = { rounds: 12, warmUps: 4 };
const GOAL_MICROSECONDS = 1;

/** The cost of publishing each lookup. */
export const lookupTrace: ServersScenario = {
  name: 'lookup-trace',
  question: 'What does publishing each lookup cost?',
  needs: 'servers',
  seconds: () => 60,
  method:
    `CPU of the process (user + system) per lookup: "record" is counting and publishing it, ${RECORDS.toLocaleString('en-US')} at a time; "hit" is a whole\n` +
    `engine hit, ${LOOKUPS.toLocaleString('en-US')} in waves of ${WAVE}. Medians of ${ROUNDS.rounds} rounds, each subscriber in turn; spans are made and not sent.`,
  async measure({ say }) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    try {
      const query = node.cache.define({
        name: 'bench',
        ttlSeconds: 3_600,
        load: ({ id }: Args) => answer(id),
      });
      const rows = [
        ...(await compare('record', await recording(query), node)),
        ...(await compare('hit', await hits(query), node)),
      ];
      say('done');
      const value = rows[0]?.microseconds ?? Number.NaN;
      const goal = { figure: 'record without a subscriber', value, atMost: GOAL_MICROSECONDS, unit: 'µs' };
      return {
        servers: `${server.name} ${server.version}`,
        tables: [
          {
            title: 'CPU per lookup',
            rows: [['part', 'subscriber', 'µs', 'quartiles'], ...rows.map(({ cells }) => cells)],
          },
        ],
        figures: [goal],
      };
    } finally {
      await node.close();
      await server.stop();
    }
  },
};

type Args = { id: number };
type Query = CachedQuery<Args, unknown>;

/** Subscribes. @returns a function that unsubscribes. */
type Subscriber = (node: CacheNode) => () => void;

const SUBSCRIBERS: Readonly<Record<string, Subscriber>> = {
  none: () => () => undefined,
  'does nothing': () => subscribe(lookupChannel, () => undefined),
  metrics: ({ engines, cache }) => {
    // It connects only when it is used.
    const database = new Database({ url: 'postgres://localhost/unused' });
    const metrics = new MetricsService({ serviceName: 'bench' }, engines, database);
    const lookups = new LookupMetrics(metrics, cache);
    return () => {
      lookups.onApplicationShutdown();
      void Promise.all([metrics.onApplicationShutdown(), database.onApplicationShutdown()]);
    };
  },
  spans: () => {
    const toNowhere: SpanExporter = {
      export: (_spans, done) => done({ code: ExportResultCode.SUCCESS }),
      shutdown: () => Promise.resolve(),
    };
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(toNowhere)] });
    const tracer = provider.getTracer('bench');
    const unsubscribe = subscribe(lookupChannel, (lookup) => recordLookup(tracer, lookup, 'valkey'));
    return () => {
      unsubscribe();
      void provider.shutdown();
    };
  },
};

async function compare(part: string, work: () => Promise<number>, node: CacheNode) {
  const sides = Object.values(SUBSCRIBERS).map((start) => async () => {
    const stop = start(node);
    const before = process.cpuUsage();
    const lookups = await work();
    const { user, system } = process.cpuUsage(before);
    stop();
    return (user + system) / lookups;
  });
  const costs = await inTurn(sides, ROUNDS);
  return Object.keys(SUBSCRIBERS).map((subscriber, i) => {
    const rounds = costs[i] ?? [];
    const quartiles = [0.25, 0.75].map((share) => quantile(rounds, share).toFixed(2)).join(' - ');
    const microseconds = median(rounds);
    return { microseconds, cells: [part, subscriber, microseconds.toFixed(2), quartiles] };
  });
}

/** Records a real lookup again and again. */
async function recording(query: Query): Promise<() => Promise<number>> {
  await query.get({ id: 0 });
  const { lookup } = await query.read({ id: 0 });
  return async () => {
    for (let i = 0; i < RECORDS; i++) query['record'](lookup, 'digest', performance.now());
    return RECORDS;
  };
}

async function hits(query: Query): Promise<() => Promise<number>> {
  const ids = Array.from({ length: WAVE }, (_, id) => ({ id }));
  const wave = () => Promise.all(ids.map((args) => query.get(args)));
  await wave();
  return async () => {
    for (let done = 0; done < LOOKUPS; done += WAVE) await wave();
    return LOOKUPS;
  };
}

/** Some hundred bytes, like most answers. */
async function answer(id: number): Promise<unknown> {
  return { id, text: 'x'.repeat(100) };
}
