import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../local/index.js';
import { quantile } from '../../load/measuring/statistics.js';
import type { Figure, Scene } from '../experiment.js';
import type { Stack } from '../stack/stack.js';
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

/** What the readers of one side have seen. */
interface HotReads {
  readonly attempts: readonly Attempt[];
  readonly expiredAt: readonly number[];
  /** SQL statements from the first expiry on. */
  readonly queries: number;
}

/** Many users read one answer, which expires or is invalidated again and again. First those of one side, then those of the other. */
export async function expireHotAnswer(
  scene: Scene,
  stack: Stack<LocalEngine>,
  expiries: number,
): Promise<Figure[]> {
  const reads = await bySideName(SIDES, (side) => readHotAnswer(scene, stack, { side, expiries }));
  const each = (valueOf: (one: HotReads) => number) =>
    Object.fromEntries(Object.entries(reads).map(([side, one]) => [side, valueOf(one)]));
  const p99 = ({ attempts, expiredAt }: HotReads, isCold: boolean) =>
    quantile(
      attempts.filter((one) => wasAfterAny(one.startedAt, expiredAt) === isCold).map(({ ms }) => ms),
      0.99,
    );
  const none = { side: MODULE.name, atMost: 0 };
  return [
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
      name: 'hot answer: SQL statements per expiry',
      values: each(({ queries }) => queries / expiries),
      goal: { side: MODULE.name, atMost: ABOUT_ONCE },
    },
    {
      name: 'control: SQL statements per expiry are counted',
      values: { textbook: (reads['textbook']?.queries ?? 0) / expiries },
      goal: { side: 'textbook', atLeast: 1 },
    },
    { name: 'hot answer: p99 after an expiry', unit: 'ms', values: each((one) => p99(one, true)) },
    { name: 'hot answer: p99 otherwise', unit: 'ms', values: each((one) => p99(one, false)) },
  ];
}

async function readHotAnswer(
  { say, signal }: Scene,
  { app, engines }: Stack<LocalEngine>,
  { side, expiries }: { side: Side; expiries: number },
): Promise<HotReads> {
  say(`${side.name}: a hot answer expires ${expiries} times`);
  const client = new Client(side, app);
  // Not measured: each node stores the answer, and the connections to it open.
  for (const node of app.urls) await allReaders(() => client.ask({ path: HOT_PATH, node }));
  const over = new AbortController();
  const reading = pace(BURSTS_PER_SECOND, over.signal, async () => {
    await allReaders(() => client.send('query', { path: HOT_PATH }));
  });
  const expiredAt: number[] = [];
  const before = await app.countQueries('flights');
  try {
    for (let i = 0; i < expiries; i++) {
      await wait(EXPIRES_EVERY_MS, undefined, { signal });
      // Before: reads find nothing as soon as the first node has invalidated the answer.
      expiredAt.push(performance.now());
      await (side === MODULE ? app.invalidate(HOT_ANSWER) : expire(engines));
    }
    await wait(EXPIRES_EVERY_MS, undefined, { signal });
  } finally {
    over.abort();
  }
  await reading;
  const queries = (await app.countQueries('flights')) - before;
  return { attempts: client.attempts, expiredAt, queries };
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
