import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../../local/index.js';
import { EngineError, type EngineCallOutcome, type RedisEngine } from '../../../src/engine/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { DEADLINE_MS, openEngine } from './open-engine.js';
import { DROPS_MS, PROXIED_STACKS, type ProxiedStack, whileDropping } from './reply-drops.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const INCREMENTS = 10_000;
/** Sent together every 10 ms: 500 a second. */
const AT_ONCE = 5;
const EVERY_MS = 10;
const LATE_AFTER_MS = DEADLINE_MS + 50;

/** A refused command that is still queued would be executed on the next connection, within about 100 ms. */
const SETTLE_MS = 1000;

/** Counts increments that were executed twice, or executed although they were refused. */
export const doubleExecutions: ServersScenario = {
  name: 'double-executions',
  question: 'Is a write ever executed twice, or after it was refused, when replies are lost?',
  needs: 'servers',
  uses: [],
  seconds: () => 70,
  method:
    `${INCREMENTS.toLocaleString('en-US')} INCRs, each of its own key, 500 a second, deadline ${DEADLINE_MS} ms, through a proxy that drops replies for ${DROPS_MS.join(', ')} ms in turn and resets\n` +
    `the connection after each drop (in a cluster one shard after the other). Then the keys are read from the servers. Late: after ${LATE_AFTER_MS} ms.`,
  async measure({ say }) {
    const counts: Counts[] = [];
    for (const start of PROXIED_STACKS) {
      const stack = await start();
      say(stack.topology);
      try {
        counts.push(await countOn(stack));
      } finally {
        await stack.stop();
      }
    }
    const [{ servers } = { servers: '' }] = counts;
    return {
      servers,
      tables: [{ title: 'increments', rows: [HEADER, ...counts.map(rowOf)] }],
      figures: figuresOf(counts),
    };
  },
};

interface Counts {
  readonly topology: string;
  readonly servers: string;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly unknownExecuted: number;
  readonly executedTwice: number;
  readonly executedAfterRefusal: number;
  readonly lost: number;
  readonly late: number;
}

type Outcome = EngineCallOutcome | 'done';

interface Settled {
  readonly outcome: Outcome;
  readonly tookMs: number;
}

const HEADER = [
  'topology', 'done', 'refused', 'failed', 'unknown', 'of them executed',
  'executed twice', 'executed after refusal', 'acknowledged but lost', 'late',
]; // prettier-ignore

function rowOf({
  topology,
  outcomes,
  unknownExecuted,
  executedTwice,
  executedAfterRefusal,
  lost,
  late,
}: Counts): string[] {
  const { done, refused, failed, unknown } = outcomes;
  return [
    topology,
    ...[done, refused, failed, unknown, unknownExecuted, executedTwice, executedAfterRefusal, lost, late].map(
      String,
    ),
  ];
}

function figuresOf(counts: readonly Counts[]): Figure[] {
  const none = (figure: string, value: (counts: Counts) => number): Figure => ({
    figure,
    value: counts.reduce((sum, each) => sum + value(each), 0),
    atMost: 0,
  });
  return [
    none('executed twice', ({ executedTwice }) => executedTwice),
    none('executed after refusal', ({ executedAfterRefusal }) => executedAfterRefusal),
    none('acknowledged but lost', ({ lost }) => lost),
    none(`settled after ${LATE_AFTER_MS} ms`, ({ late }) => late),
  ];
}

async function countOn({ topology, url, proxies, primaries }: ProxiedStack): Promise<Counts> {
  const engine = await openEngine(url);
  try {
    const settled = await whileDropping({ proxies, engine }, () => incrementEach(engine));
    await wait(SETTLE_MS);
    const nodes = await primaries();
    const [{ name, version } = { name: '', version: '' }] = nodes;
    return { topology, servers: `${name} ${version}`, ...count(settled, await readAll(nodes)) };
  } finally {
    engine.close();
  }
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
  const outcome = await commandsOf(engine)
    .incr(key)
    .then(
      (): Outcome => 'done',
      (error: unknown): Outcome => {
        if (error instanceof EngineError) return error.outcome;
        throw error;
      },
    );
  return { outcome, tookMs: performance.now() - start };
}

/** Reads all counters directly from the servers. One script, so that it takes one command per server. */
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
    executedTwice: number(({ executions }) => executions > 1),
    executedAfterRefusal: number(
      ({ outcome, executions }) => ['refused', 'failed'].includes(outcome) && executions > 0,
    ),
    lost: number(({ outcome, executions }) => outcome === 'done' && executions === 0),
    late: number(({ tookMs }) => tookMs > LATE_AFTER_MS),
  };
}
