import { setTimeout as wait } from 'node:timers/promises';
import { startCluster, startEngine } from '../../../local/index.js';
import { EngineError, type RedisEngine } from '../../../src/engine/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { openEngine, until } from './open-engine.js';
import { largest, mean, median, quantile } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const CALLS = 20_000;
const BATCH = 200;
/** Pause between batches, so that heartbeats and reconnects continue as in an application. */
const BETWEEN_BATCHES_MS = 10;
const WAVE = 1000;
const REFUSED_IN_A_ROW = 50;
/** Its slot, 5061 of 16,384, belongs to the first of three shards. */
const KEY = 'bar';

/** The cost of a refused call once the outage is detected. */
export const breakerOpen: ServersScenario = {
  name: 'breaker-open',
  question: 'What does a call cost during an outage, once it is detected?',
  needs: 'servers',
  seconds: () => 10,
  method:
    `Time until a call is refused after the outage was detected: ${CALLS.toLocaleString('en-US')} GETs awaited one by one (mean of ${BATCH}, median\n` +
    `of the means), and as many in waves of ${WAVE} issued together (likewise). "not refused" are calls that had to wait for the server.`,
  async measure({ say }) {
    const outages: Outage[] = [];
    for (const begin of OUTAGES) outages.push(await during(await begin(), say));
    const [{ servers } = { servers: '' }] = outages;
    return {
      servers,
      tables: [{ title: 'refused calls', rows: [HEADER, ...outages.map(rowOf)] }],
      figures: outages.flatMap(figuresOf),
    };
  },
};

/** A server or stack of servers, and how to stop it. */
interface Victim {
  readonly what: string;
  readonly servers: string;
  readonly url: string;
  readonly breakIt: () => Promise<void> | void;
  readonly stop: () => Promise<void>;
}

const OUTAGES: readonly (() => Promise<Victim>)[] = [
  () => standalone('killed', (server) => server.kill()),
  () => standalone('paused', (server) => server.pause()),
  async () => {
    const stack = await startCluster('valkey', { replicasPerShard: 0 });
    const { name, version } = stack.node('shard-1');
    return {
      what: "cluster, the key's shard killed",
      servers: `${name} ${version}`,
      url: stack.url,
      breakIt: () => stack.node('shard-1').kill(),
      stop: () => stack.stop(),
    };
  },
];

async function standalone(
  how: string,
  breakIt: (server: Awaited<ReturnType<typeof startEngine>>) => Promise<void> | void,
): Promise<Victim> {
  const server = await startEngine('valkey');
  return {
    what: `standalone, ${how}`,
    servers: `${server.name} ${server.version}`,
    url: server.url,
    breakIt: () => breakIt(server),
    stop: () => server.stop(),
  };
}

interface Outage {
  readonly what: string;
  readonly servers: string;
  /** Microseconds of each refused call. */
  readonly alone: readonly number[];
  /** Microseconds per call, of each wave. */
  readonly together: readonly number[];
  /** Milliseconds of each call that was not refused. */
  readonly notRefusedMs: readonly number[];
}

const HEADER = [
  'outage',
  'one by one µs',
  'p50 µs',
  'p99 µs',
  'together µs',
  'not refused',
  'longest of them ms',
];

function rowOf({ what, alone, together, notRefusedMs }: Outage): string[] {
  const figures = [typical(alone), quantile(alone, 0.5), quantile(alone, 0.99), median(together)];
  const longest = notRefusedMs.length === 0 ? '-' : largest(notRefusedMs).toFixed(0);
  return [what, ...figures.map((figure) => figure.toFixed(2)), String(notRefusedMs.length), longest];
}

function figuresOf({ what, alone, together }: Outage): Figure[] {
  const goal = (figure: string, value: number): Figure => ({ figure, value, atMost: 20, unit: 'µs' });
  return [goal(`${what}, one by one`, typical(alone)), goal(`${what}, together`, median(together))];
}

/** The median of means: interruptions by other processes do not affect it. */
function typical(microseconds: readonly number[]): number {
  const batches = Math.ceil(microseconds.length / BATCH);
  const means = Array.from({ length: batches }, (_, batch) =>
    mean(microseconds.slice(batch * BATCH, (batch + 1) * BATCH)),
  );
  return median(means);
}

async function during(victim: Victim, say: (progress: string) => void): Promise<Outage> {
  const { what, servers } = victim;
  say(what);
  try {
    const engine = await openEngine(victim.url);
    try {
      await victim.breakIt();
      await until('calls are refused', () => refusesInARow(engine));
      const notRefusedMs: number[] = [];
      const alone = await callOneByOne(engine, notRefusedMs);
      return { what, servers, alone, together: await callTogether(engine, notRefusedMs), notRefusedMs };
    } finally {
      engine.close();
    }
  } finally {
    await victim.stop();
  }
}

async function refusesInARow(engine: RedisEngine): Promise<boolean> {
  for (let call = 0; call < REFUSED_IN_A_ROW; call++) if (!(await isRefused(engine))) return false;
  return true;
}

async function callOneByOne(engine: RedisEngine, notRefusedMs: number[]): Promise<number[]> {
  const refusals: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    if (call % BATCH === 0) await wait(BETWEEN_BATCHES_MS);
    const start = performance.now();
    const refused = await isRefused(engine);
    const tookMs = performance.now() - start;
    if (refused) refusals.push(tookMs * 1000);
    else notRefusedMs.push(tookMs);
  }
  return refusals;
}

/** A wave with a call that was not refused takes as long as that call, so it is not counted. */
async function callTogether(engine: RedisEngine, notRefusedMs: number[]): Promise<number[]> {
  const perCall: number[] = [];
  for (let calls = 0; calls < CALLS; calls += WAVE) {
    await wait(BETWEEN_BATCHES_MS);
    const start = performance.now();
    const refused = await Promise.all(Array.from({ length: WAVE }, () => isRefused(engine)));
    const tookMs = performance.now() - start;
    const notRefused = refused.filter((yes) => !yes).length;
    if (notRefused === 0) perCall.push((tookMs * 1000) / WAVE);
    else notRefusedMs.push(...Array.from({ length: notRefused }, () => tookMs));
  }
  return perCall;
}

async function isRefused(engine: RedisEngine): Promise<boolean> {
  try {
    await commandsOf(engine).get(KEY);
    return false;
  } catch (error) {
    return error instanceof EngineError && error.outcome === 'refused';
  }
}
