import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../local/index.js';
import { quantile } from '../../load/measuring/statistics.js';
import type { Figure, Observation, Scene } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import type { Stack } from '../stack/stack.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import { type Attempt, Client } from './client.js';
import { countDisturbed, countFailures } from './failures.js';
import { pace } from './pace.js';
import { bySideName, MODULE, type Side, SIDES } from './side.js';

const ORIGIN = 'ORD';
export const HOT_PATH = `/flights/routes/${ORIGIN}`;
const HOT_ANSWER = { query: 'flights.top-routes', args: { origin: ORIGIN } };
export const READERS = 30;
const BURSTS_PER_SECOND = 2;
const EXPIRES_EVERY_MS = 1_200;
/** Reads that are sent within this time after an expiry may find nothing. */
const COLD_MS = 600;
/** On a busy machine a node that has waited for the load of another one for too long loads by itself, once in a while. */
const ABOUT_ONCE = 1.5;

/** The reads around the expiry. The module reports the remaining lifetime in whole seconds. */
const AROUND_EXPIRY_MS = { before: 1_000, after: 3_000 };

/** What the readers of one side have seen. */
interface HotReads {
  readonly attempts: readonly Attempt[];
  readonly expiredAt: readonly number[];
  /** SQL statements after the expiries that the lab causes. */
  readonly queries: number;
  /** The answer of the module also expires by itself, once. */
  readonly ownExpiry: OwnExpiry | null;
}

interface OwnExpiry {
  /** When the reads around it begin (`performance.now()`). */
  readonly from: number;
  readonly queries: number;
}

/**
 * Many users read one answer, which expires again and again on the textbook side, and is invalidated in the module. First those of one
 * side, then those of the other.
 */
export async function expireHotAnswer(
  scene: Scene,
  stack: Stack<LocalEngine>,
  expiries: number,
): Promise<Observation> {
  const recorder = await TimelineRecorder.start(scene, stack.app, 'flights');
  const reads = await bySideName(SIDES, (side) => readHotAnswer(scene, stack, { side, expiries, recorder }));
  await recorder.stop();
  const each = (valueOf: (one: HotReads) => number) =>
    Object.fromEntries(Object.entries(reads).map(([side, one]) => [side, valueOf(one)]));
  const p99 = ({ attempts, expiredAt }: HotReads, isCold: boolean) => {
    const until = (expiredAt.at(-1) ?? 0) + EXPIRES_EVERY_MS;
    const some = attempts.filter(({ startedAt }) => startedAt < until);
    return p99Of(some.filter(({ startedAt }) => wasAfterAny(startedAt, expiredAt) === isCold));
  };
  const ownExpiry = reads[MODULE.name]?.ownExpiry;
  const aroundExpiry = (reads[MODULE.name]?.attempts ?? []).filter(
    ({ startedAt }) => startedAt >= (ownExpiry?.from ?? Infinity),
  );
  const none = { side: MODULE.name, atMost: 0 };
  const figures: Figure[] = [
    { name: 'hot answer: reads', values: each(({ attempts }) => attempts.length) },
    {
      name: 'hot answer: failed or hung',
      values: each(({ attempts }) => countFailures(attempts)),
      goal: none,
    },
    {
      name: 'hot answer: failed while the machine stood still',
      values: each(({ attempts }) => countDisturbed(attempts)),
    },
    {
      name: 'hot answer: SQL statements per invalidation or expiry',
      values: each(({ queries }) => queries / expiries),
      goal: { side: MODULE.name, atMost: ABOUT_ONCE },
    },
    {
      name: 'hot answer: SQL statements when it expires by itself',
      values: { [MODULE.name]: ownExpiry?.queries ?? null },
      goal: { side: MODULE.name, atMost: ABOUT_ONCE },
    },
    {
      name: 'hot answer: p99 when it expires by itself',
      unit: 'ms',
      values: { [MODULE.name]: p99Of(aroundExpiry) },
    },
    {
      name: 'control: it has expired by itself',
      values: { [MODULE.name]: ownExpiry?.queries ?? null },
      goal: { side: MODULE.name, atLeast: 1 },
    },
    {
      name: 'control: SQL statements per expiry are counted',
      values: { textbook: (reads['textbook']?.queries ?? 0) / expiries },
      goal: { side: 'textbook', atLeast: 1 },
    },
    {
      name: 'hot answer: p99 after an invalidation or expiry',
      unit: 'ms',
      values: each((one) => p99(one, true)),
    },
    { name: 'hot answer: p99 otherwise', unit: 'ms', values: each((one) => p99(one, false)) },
  ];
  const recorded = SIDES.map(({ name }) => ({ name, attempts: reads[name]?.attempts ?? [] }));
  return {
    figures,
    timelines: [recorder.timeline('a hot answer, one side after the other', recorded)],
  };
}

async function readHotAnswer(
  scene: Scene,
  { app, engines }: Stack<LocalEngine>,
  { side, expiries, recorder }: { side: Side; expiries: number; recorder: TimelineRecorder },
): Promise<HotReads> {
  const { say, signal } = scene;
  const what = `${side.name}: a hot answer ${side === MODULE ? 'is invalidated' : 'expires'} ${expiries} times`;
  say(what);
  const client = new Client(side, app);
  // Not measured: each node stores the answer, and the connections to it open.
  for (const node of app.urls) await allReaders(() => client.ask({ path: HOT_PATH, node }));
  const over = new AbortController();
  const reading = pace(BURSTS_PER_SECOND, over.signal, async () => {
    await allReaders(() => client.send('query', { path: HOT_PATH }));
  });
  const expiredAt: number[] = [];
  const before = await app.countQueries('flights');
  recorder.mark(what);
  let [queries, ownExpiry]: [number, OwnExpiry | null] = [0, null];
  try {
    for (let i = 0; i < expiries; i++) {
      await wait(EXPIRES_EVERY_MS, undefined, { signal });
      // Before: reads find nothing as soon as the first node has invalidated the answer.
      expiredAt.push(performance.now());
      await (side === MODULE ? app.invalidate(HOT_ANSWER) : expire(engines));
    }
    await wait(EXPIRES_EVERY_MS, undefined, { signal });
    queries = (await app.countQueries('flights')) - before;
    if (side === MODULE) ownExpiry = await waitForExpiry(scene, app, { client, recorder });
  } finally {
    over.abort();
    await reading;
  }
  // Only now the last reads are answered or hung.
  return { attempts: client.attempts, expiredAt, queries, ownExpiry };
}

/** Waits until the answer of the module has expired, while the readers continue. */
async function waitForExpiry(
  { say, signal }: Scene,
  app: AppNodes,
  { client, recorder }: { client: Client; recorder: TimelineRecorder },
): Promise<OwnExpiry> {
  const { headers } = await client.ask({ path: HOT_PATH });
  const ttl = /; ttl=(\d+)/.exec(headers.get('cache-status') ?? '')?.[1];
  if (ttl === undefined) throw new Error('The module does not say when the hot answer expires.');
  say(`module: the hot answer expires by itself in ${ttl} s`);
  const before = await app.countQueries('flights');
  await wait(Number(ttl) * 1000 - AROUND_EXPIRY_MS.before, undefined, { signal });
  const from = recorder.mark('module: it is about to expire by itself');
  await wait(AROUND_EXPIRY_MS.before + AROUND_EXPIRY_MS.after, undefined, { signal });
  return { from, queries: (await app.countQueries('flights')) - before };
}

function p99Of(attempts: readonly Attempt[]): number {
  return quantile(
    attempts.map(({ ms }) => ms),
    0.99,
  );
}

/** All readers send a request at once. */
async function allReaders(read: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: READERS }, read));
}

/** Lets the answer of the textbook side expire, which is kept in the engine alone. */
async function expire(engine: LocalEngine): Promise<void> {
  const keys = await engine.command('KEYS', `*/textbook${HOT_PATH}*`);
  if (!Array.isArray(keys) || keys.length === 0)
    throw new Error('The textbook side has not stored the hot answer.');
  for (const key of keys) await engine.command('PEXPIRE', String(key), '1');
}

export function wasAfterAny(at: number, times: readonly number[]): boolean {
  return times.some((time) => at >= time && at < time + COLD_MS);
}
