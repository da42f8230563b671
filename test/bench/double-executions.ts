import { setTimeout as wait } from 'node:timers/promises';
import {
  type EngineStack,
  type FaultProxy,
  type LocalEngine,
  startCluster,
  startEngine,
  startFaultProxy,
  startSentinel,
} from '../../local/index.js';
import { EngineError, type EngineCallOutcome, type RedisEngine } from '../../src/engine/index.js';
import type { Benchmark, Goal } from './benchmark.js';
import { DEADLINE_MS, openEngine, until } from './open-engine.js';

const INCREMENTS = 10_000;
/** Issued together every 10 ms: 500 a second. */
const AT_ONCE = 5;
const EVERY_MS = 10;
const LATE_AFTER_MS = DEADLINE_MS + 50;

/** Much shorter than a deadline, half of one, and longer than one: each loses replies at another stage of a call. */
const DROPS_MS = [40, 150, 450];
const CLEAR_MS = 250;
/** Longer than any of it, so that no node is taken for dead: a failover loses writes by itself. */
const NEVER_DEAD_MS = 10_000;
/** Nothing tells that no ghost is on its way any more; one would come with the next connection, within some 100 ms. */
const GHOSTS_COME_WITHIN_MS = 1000;

/** Whether an increment is ever executed twice, or executed although it was refused. */
export const doubleExecutions: Benchmark = {
  name: 'double-executions',
  method:
    `${INCREMENTS.toLocaleString('en-US')} INCRs of a key each, 500 a second, deadline ${DEADLINE_MS} ms, through a proxy that drops replies for ${DROPS_MS.join(', ')} ms in turn and resets\n` +
    `the connection after each (in a cluster one shard after the other). Then the keys are read from the servers. Late: after ${LATE_AFTER_MS} ms.`,
  async measure(say) {
    const counts: Counts[] = [];
    for (const start of FIELDS) {
      const field = await start();
      say(field.topology);
      try {
        counts.push(await countOn(field));
      } finally {
        await field.stop();
      }
    }
    const [{ servers } = { servers: '' }] = counts;
    return { servers, table: [HEADER, ...counts.map(rowOf)], goals: goalsOf(counts) };
  },
};

/** Servers with proxies before them. */
interface Field {
  readonly topology: string;
  readonly url: string;
  /** One for each primary, in front of it. */
  readonly proxies: readonly FaultProxy[];
  readonly primaries: () => Promise<LocalEngine[]>;
  readonly stop: () => Promise<void>;
}

const FIELDS: readonly (() => Promise<Field>)[] = [
  async () => {
    const server = await startEngine('valkey');
    const proxy = await startFaultProxy({ target: server });
    return {
      topology: 'standalone',
      url: proxy.through(server.url),
      proxies: [proxy],
      primaries: async () => [server],
      stop: async () => {
        await proxy.stop();
        await server.stop();
      },
    };
  },
  async () =>
    fieldOf(await startSentinel('valkey', { proxied: true, downAfterMilliseconds: NEVER_DEAD_MS }), [
      'primary',
    ]),
  async () => {
    const cluster = await startCluster('valkey', { proxied: true, nodeTimeoutMilliseconds: NEVER_DEAD_MS });
    return fieldOf(cluster, cluster.shards);
  },
];

/** A shard's first primary has the same name as the shard. */
function fieldOf(stack: EngineStack, primaries: readonly string[]): Field {
  return {
    topology: stack.topology,
    url: stack.url,
    proxies: primaries.map((name) => stack.proxy(name)),
    primaries: () => Promise.all(primaries.map(async (name) => stack.node(await stack.primaryNow(name)))),
    stop: () => stack.stop(),
  };
}

interface Counts {
  readonly topology: string;
  readonly servers: string;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly unknownExecuted: number;
  readonly doubled: number;
  readonly ghosts: number;
  readonly missing: number;
  readonly late: number;
}

type Outcome = EngineCallOutcome | 'done';

interface Settled {
  readonly outcome: Outcome;
  readonly tookMs: number;
}

const HEADER = [
  'topology', 'done', 'refused', 'failed', 'unknown', 'of them executed',
  'doubled', 'ghosts', 'acknowledged but missing', 'late',
]; // prettier-ignore

function rowOf({ topology, outcomes, unknownExecuted, doubled, ghosts, missing, late }: Counts): string[] {
  const { done, refused, failed, unknown } = outcomes;
  return [
    topology,
    ...[done, refused, failed, unknown, unknownExecuted, doubled, ghosts, missing, late].map(String),
  ];
}

function goalsOf(counts: readonly Counts[]): Goal[] {
  const none = (figure: string, value: (counts: Counts) => number): Goal => ({
    figure,
    value: counts.reduce((sum, each) => sum + value(each), 0),
    atMost: 0,
  });
  return [
    none('executed twice', ({ doubled }) => doubled),
    none('refused and executed (ghosts)', ({ ghosts }) => ghosts),
    none('acknowledged but missing', ({ missing }) => missing),
    none(`settled after ${LATE_AFTER_MS} ms`, ({ late }) => late),
  ];
}

async function countOn({ topology, url, proxies, primaries }: Field): Promise<Counts> {
  const engine = await openEngine(url);
  try {
    const settled = await whileDropping({ proxies, engine }, () => incrementEach(engine));
    await wait(GHOSTS_COME_WITHIN_MS);
    const nodes = await primaries();
    const [{ name, version } = { name: '', version: '' }] = nodes;
    return { topology, servers: `${name} ${version}`, ...count(settled, await readAll(nodes)) };
  } finally {
    engine.close();
  }
}

/** One proxy at a time loses replies; resolves when the work is done and all is well again. */
async function whileDropping<T>(
  { proxies, engine }: { proxies: readonly FaultProxy[]; engine: RedisEngine },
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const dropping = dropInTurn(proxies, engine, end.signal);
  try {
    return await work();
  } finally {
    end.abort();
    await dropping;
  }
}

async function dropInTurn(
  proxies: readonly FaultProxy[],
  engine: RedisEngine,
  end: AbortSignal,
): Promise<void> {
  for (let turn = 0; !end.aborted; turn++) {
    await wait(CLEAR_MS);
    await dropReplies(
      proxies[turn % proxies.length],
      DROPS_MS[Math.floor(turn / proxies.length) % DROPS_MS.length],
    );
    // Else most increments would be refused, and those that are sent are what this is about.
    await until('the engine answers again', () => answers(engine));
  }
}

async function dropReplies(proxy: FaultProxy | undefined, milliseconds: number | undefined): Promise<void> {
  proxy?.drop('to-client');
  await wait(milliseconds);
  await proxy?.heal();
}

function answers(engine: RedisEngine): Promise<boolean> {
  return engine.client.exists('nothing').then(
    () => true,
    () => false,
  );
}

const keyOf = (index: number): string => `once:${index}`;

async function incrementEach(engine: RedisEngine): Promise<Settled[]> {
  const calls: Promise<Settled>[] = [];
  const start = performance.now();
  for (let index = 0; index < INCREMENTS; index++) {
    const dueMs = Math.floor(index / AT_ONCE) * EVERY_MS;
    const earlyMs = start + dueMs - performance.now();
    if (earlyMs > 0) await wait(earlyMs);
    calls.push(increment(engine, keyOf(index)));
  }
  return Promise.all(calls);
}

async function increment(engine: RedisEngine, key: string): Promise<Settled> {
  const start = performance.now();
  const outcome = await engine.client.incr(key).then(
    (): Outcome => 'done',
    (error: unknown): Outcome => {
      if (error instanceof EngineError) return error.outcome;
      throw error;
    },
  );
  return { outcome, tookMs: performance.now() - start };
}

/** Past the proxies. One script, so that it takes one command per server. */
async function readAll(primaries: readonly LocalEngine[]): Promise<ReadonlyMap<string, number>> {
  const script = `local all = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
      all[#all + 1] = key
      all[#all + 1] = redis.call('GET', key)
    end
    return all`;
  const values = new Map<string, number>();
  for (const primary of primaries) {
    const reply = await primary.command('EVAL', script, '0');
    const items = Array.isArray(reply) ? reply : [];
    for (let index = 0; index < items.length; index += 2)
      values.set(String(items[index]), Number(items[index + 1]));
  }
  return values;
}

function count(settled: readonly Settled[], values: ReadonlyMap<string, number>) {
  const all = settled.map((call, index) => ({ ...call, executions: values.get(keyOf(index)) ?? 0 }));
  const number = (is: (call: (typeof all)[number]) => boolean): number => all.filter(is).length;
  const ofOutcome = (wanted: Outcome): number => number(({ outcome }) => outcome === wanted);
  return {
    outcomes: {
      done: ofOutcome('done'),
      refused: ofOutcome('refused'),
      failed: ofOutcome('failed'),
      unknown: ofOutcome('unknown'),
    },
    unknownExecuted: number(({ outcome, executions }) => outcome === 'unknown' && executions > 0),
    doubled: number(({ executions }) => executions > 1),
    ghosts: number(({ outcome, executions }) => ['refused', 'failed'].includes(outcome) && executions > 0),
    missing: number(({ outcome, executions }) => outcome === 'done' && executions === 0),
    late: number(({ tookMs }) => tookMs > LATE_AFTER_MS),
  };
}
