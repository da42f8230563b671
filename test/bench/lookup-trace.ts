import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { startEngine } from '../../local/index.js';
import { type CachedQuery, lookupChannel } from '../../src/query-cache/index.js';
import { recordLookup } from '../../src/telemetry/lookup-spans.js';
import { MetricsService } from '../../src/telemetry/metrics.service.js';
import { subscribe } from '../../src/telemetry/subscribe.js';
import { inTurn } from './alternating-rounds.js';
import type { Benchmark } from './benchmark.js';
import { type CacheNode, openCacheNode } from './cache-node.js';
import { median, quantile } from './statistics.js';

const LOOKUPS = 10_000;
const WAVE = 100;
const TOLD = 100_000;
const ROUNDS = { rounds: 12, warmUps: 4 };
const GOAL_MICROSECONDS = 1;

/** What it costs a lookup that every lookup can be explained. */
export const lookupTrace: Benchmark = {
  name: 'lookup-trace',
  method:
    `CPU of the process (user + system) per lookup: "telling" is the part of it that is there for tracing, ${TOLD.toLocaleString('en-US')} at a time; "hit" is\n` +
    `all of one that the engine answers, ${LOOKUPS.toLocaleString('en-US')} in waves of ${WAVE}. Medians of ${ROUNDS.rounds} rounds, each audience in turn; spans are made and not sent.`,
  async measure(say) {
    const server = await startEngine('valkey');
    const node = await openCacheNode(server.url, { localTierBytes: 0 });
    try {
      const query = node.cache.define({
        name: 'bench',
        ttlSeconds: 3_600,
        load: ({ id }: Args) => answer(id),
      });
      const rows = [
        ...(await compare('telling', await telling(query), node)),
        ...(await compare('hit', await hits(query), node)),
      ];
      say('done');
      const value = rows[0]?.microseconds ?? Number.NaN;
      const goal = { figure: 'telling nobody', value, atMost: GOAL_MICROSECONDS, unit: 'µs' };
      return {
        servers: `${server.name} ${server.version}`,
        table: [['part', 'audience', 'µs', 'quartiles'], ...rows.map(({ cells }) => cells)],
        goals: [goal],
      };
    } finally {
      await node.close();
      await server.stop();
    }
  },
};

type Args = { id: number };
type Query = CachedQuery<Args, unknown>;

/** Subscribes; @returns how to stop. */
type Audience = (node: CacheNode) => () => void;

const AUDIENCES: Readonly<Record<string, Audience>> = {
  nobody: () => () => undefined,
  'one that does nothing': () => subscribe(lookupChannel, () => undefined),
  metrics: ({ engines, cache }) => {
    const metrics = new MetricsService(engines, cache);
    return () => void metrics.onApplicationShutdown();
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
  const sides = Object.values(AUDIENCES).map((gather) => async () => {
    const disperse = gather(node);
    const before = process.cpuUsage();
    const lookups = await work();
    const { user, system } = process.cpuUsage(before);
    disperse();
    return (user + system) / lookups;
  });
  const costs = await inTurn(sides, ROUNDS);
  return Object.keys(AUDIENCES).map((audience, i) => {
    const rounds = costs[i] ?? [];
    const quartiles = [0.25, 0.75].map((share) => quantile(rounds, share).toFixed(2)).join(' - ');
    const microseconds = median(rounds);
    return { microseconds, cells: [part, audience, microseconds.toFixed(2), quartiles] };
  });
}

/** What a lookup does once it is answered, with a real one's particulars. */
async function telling(query: Query): Promise<() => Promise<number>> {
  await query.get({ id: 0 });
  const { lookup } = await query.read({ id: 0 });
  return async () => {
    for (let i = 0; i < TOLD; i++) query['tell'](lookup, { keyHash: 'digest', startedAt: performance.now() });
    return TOLD;
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

/** Some hundred bytes, as most answers. */
async function answer(id: number): Promise<unknown> {
  return { id, text: 'x'.repeat(100) };
}
