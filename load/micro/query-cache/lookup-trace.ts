import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { startEngine } from '../../../local/index.js';
import { type CachedQuery, lookupChannel } from '../../../src/query-cache/index.js';
import { recordLookup } from '../../../src/telemetry/subscribers/lookup-spans.js';
import { Database } from '../../../src/database/index.js';
import { MetricsService } from '../../../src/telemetry/metrics/metrics.service.js';
import { subscribe } from '../../../src/telemetry/subscribe.js';
import { LookupMetrics } from '../../../src/telemetry/subscribers/lookup-metrics.js';
import {
  type Costs,
  costsInTurn,
  cpuOf,
  figureOf,
  secondsOfWork,
  tableOfCosts,
} from '../../measuring/costs.js';
import type { ServersScenario, Setting } from '../../scenario.js';
import { type CacheNode, openCacheNode } from './cache-node.js';

const WAVE = 100;
const GOAL_MICROSECONDS = 1;

/** The cost of publishing each lookup. */
export const lookupTrace: ServersScenario = {
  name: 'lookup-trace',
  question: 'What does publishing each lookup cost?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 1 + 8 * secondsOfWork(options),
  method:
    `CPU of the process (user + system) per lookup: "record" is counting and publishing it; "hit" is a whole engine hit, in waves of ${WAVE}. Each\n` +
    'subscriber in turn; spans are made and not sent.',
  async measure(setting) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    try {
      const query = node.cache.define({
        name: 'bench',
        ttlSeconds: 3_600,
        load: ({ id }: Args) => answer(id),
      });
      const record = await compare(await recording(query), node, setting);
      const hit = await compare(await hits(query), node, setting);
      const labels = { title: 'CPU per lookup, by subscriber', header: 'part', over: 'none' };
      const goal = { figure: 'record without a subscriber', atMost: GOAL_MICROSECONDS, unit: 'µs' };
      return {
        servers: `${server.name} ${server.version}`,
        tables: [tableOfCosts(labels, new Map(Object.entries({ record, hit })))],
        figures: [figureOf(record.middle('none'), goal)],
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

function compare(work: Looking, node: CacheNode, setting: Setting): Promise<Costs> {
  const works = Object.entries(SUBSCRIBERS).map(([name, start]) => ({
    name,
    cost: async (times: number) => {
      const stop = start(node);
      const cost = await cpuOf(work)(times);
      stop();
      return cost;
    },
  }));
  return costsInTurn(works, setting);
}

/** That many lookups. */
type Looking = (times: number) => Promise<void>;

/** Records a real lookup again and again. */
async function recording(query: Query): Promise<Looking> {
  await query.get({ id: 0 });
  const { lookup } = await query.read({ id: 0 });
  return async (times) => {
    for (let i = 0; i < times; i++) query['record'](lookup, 'digest', performance.now());
  };
}

async function hits(query: Query): Promise<Looking> {
  const ids = Array.from({ length: WAVE }, (_, id) => ({ id }));
  await Promise.all(ids.map((args) => query.get(args)));
  return async (times) => {
    for (let done = 0; done < times; done += WAVE) {
      const wave = ids.slice(0, times - done);
      await Promise.all(wave.map((args) => query.get(args)));
    }
  };
}

/** Some hundred bytes, like most answers. */
async function answer(id: number): Promise<unknown> {
  return { id, text: 'x'.repeat(100) };
}
