import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type FaultProxy, startFaultProxy } from '../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import type { Call } from './call.js';
import { DEADLINE_MS } from './fault-run.js';
import { throughEngine } from './engine-calls.js';
import { type Site, startFaultStack } from './fault-stack.js';
import type { Misconfiguration } from './misconfigurations.js';
import { StrayErrors } from './stray-errors.js';
import { tally, type Tally } from './tally.js';
import { Traffic } from './traffic.js';

const WATCHED_FOR_MS = 3_000;

/** The behaviour of an engine that cannot connect. */
export interface MisconfigurationRun {
  readonly site: Site;
  readonly fault: string;
  readonly calls: readonly Call[];
  readonly tally: Tally;
  readonly wasReady: boolean;
  readonly reason: string | null;
  /** When health first reported the expected reason, in milliseconds after the start. */
  readonly reportedAfterMs: number | undefined;
  /** Log lines about the engine. */
  readonly logged: readonly string[];
  /** Connections per second to the address with the most attempts. */
  readonly connectionsPerSecond: number;
  readonly medianRefusalMs: number;
  readonly strayErrors: readonly unknown[];
  readonly surprises: readonly unknown[];
}

/** Starts an engine with a wrong URL or wrong servers, sends traffic, and counts the connection attempts. */
export async function runMisconfiguration(
  misconfiguration: Misconfiguration,
  site: Site,
): Promise<MisconfigurationRun> {
  const stack = await startFaultStack(site, misconfiguration.stack);
  const stops = [() => stack.stop()];
  try {
    const url = await misconfiguration.arrange(stack, (stop) => stops.push(stop));
    const counted = await countConnections(url);
    stops.push(counted.stop);
    return { site, fault: misconfiguration.name, ...(await watch(counted, misconfiguration.reason)) };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

interface CountedUrl {
  readonly url: string;
  readonly proxies: readonly FaultProxy[];
  readonly stop: () => Promise<void>;
}

/** Uses proxies of its own: those of the stack would also count connections between the servers. */
async function countConnections(url: string): Promise<CountedUrl> {
  const ports = [...url.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
  const proxies = await Promise.all(ports.map((target) => startFaultProxy({ target })));
  return {
    url: proxies.reduce((so, proxy) => proxy.through(so), url),
    proxies,
    stop: async () => void (await Promise.all(proxies.map((proxy) => proxy.stop()))),
  };
}

async function watch({ url, proxies }: CountedUrl, reason: RegExp) {
  const logged: string[] = [];
  Logger.overrideLogger(recordTo(logged));
  const strays = new StrayErrors();
  const engine = new RedisEngine(parseEngineUrl(url), DEADLINE_MS);
  const traffic = new Traffic(throughEngine(engine));
  const seen = { wasReady: false, reportedAfterMs: undefined as number | undefined };
  const startedAt = performance.now();
  const poll = setInterval(() => {
    seen.wasReady ||= engine.isReady;
    if (reason.test(engine.report().reason ?? '')) seen.reportedAfterMs ??= performance.now() - startedAt;
  }, 1);
  try {
    engine.start();
    traffic.start();
    await wait(WATCHED_FOR_MS);
    await traffic.stop();
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      calls: traffic.calls,
      tally: tally(traffic.calls, DEADLINE_MS),
      ...seen,
      reason: engine.report().reason,
      logged: [...logged],
      connectionsPerSecond: Math.max(...proxies.map(({ accepted }) => accepted)) / seconds,
      medianRefusalMs: medianDuration(traffic.calls),
      strayErrors: strays.errors,
      surprises: traffic.surprises,
    };
  } finally {
    clearInterval(poll);
    engine.close();
    strays.stop();
    Logger.overrideLogger(false);
  }
}

function recordTo(lines: string[]) {
  const record = (line: unknown): void => void lines.push(String(line));
  return { log: record, warn: record, error: record };
}

function medianDuration(calls: readonly Call[]): number {
  const durations = calls.map(({ startedAt, settledAt = Number.POSITIVE_INFINITY }) => settledAt - startedAt);
  return durations.toSorted((one, other) => one - other)[Math.floor(durations.length / 2)] ?? 0;
}
