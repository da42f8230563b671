import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../local/index.js';
import { quantile } from '../../load/measuring/statistics.js';
import type { Figure, Observation, Scene } from '../experiment.js';
import type { Stack } from '../stack/stack.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import { type Attempt, Client } from './client.js';
import { countDisturbed, countFailures } from './failures.js';
import { HOT_PATH } from './hot-answer.js';
import { pace } from './pace.js';
import { bySideName, MODULE, type Side, SIDES } from './side.js';
import { type Seen, Viewers } from './viewers.js';

const PLAYERS = 20;
/** The textbook sends the whole top to everybody after each score. */
const SCORES_PER_SECOND = 1;
const READS_PER_SECOND = 20;
const BEFORE_MS = 3_000;
const COME_WITHIN_MS = 60_000;
const BACK_WITHIN_MS = 30_000;
const CHANGE_WITHIN_MS = 5_000;

/** What happened on one side. */
interface Return {
  readonly seen: Seen;
  /** Reads and scores of others: all, before and meanwhile. */
  readonly others: readonly Attempt[];
  readonly before: readonly Attempt[];
  readonly meanwhile: readonly Attempt[];
  /** In which the machine stood still, between the cut and the return of all viewers. */
  readonly standstillMs: number;
  readonly boardReads: number;
  readonly statements: number;
}

/** All viewers of a board lose their connections, and come back at once. First those of one side, then those of the other. */
export async function comeBackAtOnce(
  scene: Scene,
  stack: Stack<LocalEngine>,
  viewers: number,
): Promise<Observation> {
  const recorder = await TimelineRecorder.start(scene, stack.app);
  const returns = await bySideName(SIDES, (side) => comeBack(scene, stack, { side, viewers, recorder }));
  await recorder.stop();
  const each = (valueOf: (one: Return) => number | null) =>
    Object.fromEntries(Object.entries(returns).map(([side, one]) => [side, valueOf(one)]));
  const p99 = (attempts: readonly Attempt[]) =>
    quantile(
      attempts.map(({ ms }) => ms),
      0.99,
    );
  const isBack = ({ seen }: Return) => seen.inStep === viewers;
  const none = { side: MODULE.name, atMost: 0 };
  const figures: Figure[] = [
    { name: 'viewers: connections cut', values: each(() => viewers) },
    {
      name: 'viewers: seconds until all have the top again',
      unit: 's',
      values: each((one) => (isBack(one) ? one.seen.inStepMs / 1000 : null)),
      goal: { side: MODULE.name, atMost: BACK_WITHIN_MS / 1000 },
    },
    {
      name: 'viewers: got no change afterwards',
      values: each(({ seen }) => viewers - seen.changed),
      goal: none,
    },
    { name: 'viewers: missed a change', values: each(({ seen }) => seen.gaps), goal: none },
    { name: 'viewers: connections tried again', values: each(({ seen }) => seen.retries) },
    { name: 'viewers: reads of the board in the engine', values: each(({ boardReads }) => boardReads) },
    { name: 'viewers: SQL statements', values: each(({ statements }) => statements) },
    {
      name: 'viewers: the machine stood still meanwhile',
      unit: 's',
      values: each(({ standstillMs }) => standstillMs / 1000),
    },
    {
      name: 'other requests',
      values: each(({ meanwhile }) => meanwhile.length),
      goal: { side: MODULE.name, atLeast: 1 },
    },
    {
      name: 'other requests: failed or hung',
      values: each(({ meanwhile }) => countFailures(meanwhile)),
      goal: none,
    },
    {
      name: 'other requests: failed while the machine stood still',
      values: each(({ meanwhile }) => countDisturbed(meanwhile)),
    },
    { name: 'other requests: p99 meanwhile', unit: 'ms', values: each(({ meanwhile }) => p99(meanwhile)) },
    { name: 'other requests: p99 before', unit: 'ms', values: each(({ before }) => p99(before)) },
  ];
  const recorded = SIDES.map(({ name }) => ({ name, attempts: returns[name]?.others ?? [] }));
  return {
    figures,
    timelines: [recorder.timeline('requests of others, one side after the other', recorded)],
  };
}

async function comeBack(
  scene: Scene,
  { app, engines }: Stack<LocalEngine>,
  { side, viewers: count, recorder }: { side: Side; viewers: number; recorder: TimelineRecorder },
): Promise<Return> {
  const { signal } = scene;
  scene.say(`${side.name}: ${count} viewers watch a board`);
  const board = `lab-herd-${side.name}`;
  const [scores, reads] = [new Client(side, app), new Client(side, app)];
  if (side === MODULE)
    await scores.ask({ method: 'PUT', path: `/leaderboards/${board}`, body: { operator: 'sum' } });
  const submit = async (turn: number) => {
    const body = { submissionId: `${board}-${turn}`, playerId: `player-${turn % PLAYERS}`, score: 1 + turn };
    await scores.send('score', { method: 'POST', path: `/leaderboards/${board}/${side.scores}`, body });
  };
  for (let turn = 0; turn < PLAYERS; turn++) await submit(turn);

  const viewers = await scene.start(
    Viewers.start({ side: side.name, urls: app.urls, board, viewers: count }),
  );
  const areAll = ({ inStep }: Seen) => inStep === count;
  const { inStep } = await viewers.until(areAll, { withinMs: COME_WITHIN_MS, signal });
  if (inStep < count)
    throw new Error(`Only ${inStep} of ${count} viewers could connect within ${COME_WITHIN_MS / 1000} s.`);

  const calmAt = performance.now();
  const over = new AbortController();
  const changing = pace(SCORES_PER_SECOND, over.signal, (turn) => submit(PLAYERS + turn));
  const reading = pace(READS_PER_SECOND, over.signal, async () => {
    await reads.send('query', { path: HOT_PATH });
  });
  const cutAll = async () => {
    try {
      await wait(BEFORE_MS, undefined, { signal });
      const [boardReads, statements] = await Promise.all([boardReadsOf(engines), app.countQueries()]);
      scene.say(`${side.name}: all of them lose their connections`);
      const cutAt = recorder.mark(`${side.name}: all viewers lose their connections`);
      viewers.cut();
      const back = await viewers.until(areAll, { withinMs: BACK_WITHIN_MS, signal });
      const backAt = recorder.mark(`${side.name}: ${back.inStep} of them are back`);
      const standstillMs = backAt - cutAt - app.control.elapsed(cutAt, backAt);
      const [readsAfter, statementsAfter] = await Promise.all([boardReadsOf(engines), app.countQueries()]);
      const haveChanged = ({ changed }: Seen) => changed === count;
      const seen = await viewers.until(haveChanged, { withinMs: CHANGE_WITHIN_MS, signal });
      return {
        seen,
        cutAt,
        backAt,
        standstillMs,
        boardReads: readsAfter - boardReads,
        statements: statementsAfter - statements,
      };
    } finally {
      over.abort();
      await Promise.all([changing, reading]);
      await viewers.stop();
    }
  };
  const { cutAt, backAt, ...counted } = await cutAll();
  // Only now the last requests are answered or hung.
  const others = [...reads.attempts, ...scores.attempts];
  return {
    ...counted,
    others,
    before: others.filter(({ startedAt }) => startedAt >= calmAt && startedAt < cutAt),
    meanwhile: others.filter(({ startedAt }) => startedAt >= cutAt && startedAt < backAt),
  };
}

/** How often the engine has read a part of a sorted set in the order of the ranks, also in scripts. */
async function boardReadsOf(engine: LocalEngine): Promise<number> {
  return rangeCallsIn(String(await engine.command('INFO', 'commandstats')));
}

export function rangeCallsIn(commandStats: string): number {
  const calls = commandStats.matchAll(/^cmdstat_z(?:rev)?range:calls=(\d+)/gm);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}
