import { setTimeout as wait } from 'node:timers/promises';
import { type LocalEngine, startEngine } from '../../local/index.js';
import { quantile } from '../../load/measuring/statistics.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { processorMsOf } from '../stack/processor-time.js';
import { type Stack, startStack } from '../stack/stack.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import { type Attempt, Client } from '../traffic/client.js';
import { countDisturbed, countFailures } from '../traffic/failures.js';
import { besideFigures, failuresOf, standstillOf } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import { pace } from '../traffic/pace.js';
import { type ReadMix, readMixes } from '../traffic/read-mixes.js';
import { bySideName, MODULE, type Side, TEXTBOOK } from '../traffic/side.js';

const PER_SECOND = 100;
const SECONDS = 10;
const QUICK_SECONDS = 3;
/** Requests of the last second, and the scrape of the metrics, end before the other side begins. */
const SETTLED_MS = 300;

interface Way {
  readonly name: string;
  readonly side: Side;
  readonly headers?: Readonly<Record<string, string>>;
}

const WAYS: readonly Way[] = [
  { name: 'direct', side: MODULE, headers: { 'cache-control': 'no-store' } },
  { name: TEXTBOOK.name, side: TEXTBOOK },
  { name: MODULE.name, side: MODULE },
];

interface Measured {
  readonly attempts: readonly Attempt[];
  readonly failed: number;
  readonly disturbed: number;
  readonly queries: number;
  readonly databaseMs: number;
  readonly p99Ms: number;
}

export const offload: Experiment = {
  name: 'offload',
  claim: 'The cache takes load off the database: most reads of popular answers need no query.',
  method: `${PER_SECOND} reads a second, the same ones without a cache (direct), through the textbook side and through the module, each from empty caches: of 12 popular answers, of popular and rare ones, and of each answer once. SQL statements and the processor time of PostgreSQL are counted. Meanwhile a few users sign in and out, and read and change their sessions.`,
  topologies: ['standalone'],
  seconds: ({ quick }) => 12 + 9 * ((quick ? QUICK_SECONDS : SECONDS) + 1),
  async run(scene): Promise<Observation> {
    const stack = await startStack(scene, startEngine(scene.engine));
    const load = await Load.startBeside(scene, stack.app, ['session']);
    const recorder = await TimelineRecorder.start(scene, stack.app, 'flights');
    const figures: Figure[] = [];
    const recorded = WAYS.map(({ name }) => ({ name, attempts: [] as Attempt[] }));
    for (const mix of readMixes()) {
      await emptyCaches(stack);
      recorder.mark(mix.name);
      const ways = await bySideName(WAYS, (way) => read(scene, stack, { mix, way }));
      figures.push(...figuresOf(mix, ways));
      for (const { name, attempts } of recorded) attempts.push(...(ways[name]?.attempts ?? []));
    }
    await recorder.stop();
    const beside = await load.result('sessions meanwhile');
    return {
      figures: [...figures, ...besideFigures(beside, { mayFail: false }), standstillOf(stack.app)],
      timelines: [recorder.timeline('direct, textbook and module in turn', recorded), beside.timeline],
      caveats: [
        'Reads only. How many queries remain if the data change is a part of `npm run load -- query-cache-mixes`.',
        'The processor time contains what PostgreSQL does by itself, a few milliseconds a second.',
        ...failuresOf(beside),
      ],
    };
  },
  answers: (worst) => [
    `Of popular answers the module saved ${worst('popular: queries saved')} of the SQL statements, and PostgreSQL used ${worst('popular: database CPU per 1,000 reads')} of processor time for 1,000 reads instead of ${worst('popular: database CPU per 1,000 reads', 'direct')}. The textbook side: ${worst('popular: queries saved', 'textbook')} and ${worst('popular: database CPU per 1,000 reads', 'textbook')}.`,
    `Of popular and rare ones it saved ${worst('popular and rare: queries saved')} (textbook: ${worst('popular and rare: queries saved', 'textbook')}), and ${worst('popular and rare: database CPU per 1,000 reads')} were left of ${worst('popular and rare: database CPU per 1,000 reads', 'direct')} (textbook: ${worst('popular and rare: database CPU per 1,000 reads', 'textbook')}).`,
    `If each answer is read once, it saves ${worst('each answer once: queries saved')}: a cache cannot help there.`,
  ],
};

/** In the engine, which also has the sessions, and in the memory of the nodes. */
async function emptyCaches({ app, engines }: Stack<LocalEngine>): Promise<void> {
  await app.invalidate({ all: true });
  const keys = await engines.command('KEYS', '*flights*');
  if (Array.isArray(keys) && keys.length > 0) await engines.command('DEL', ...keys.map(String));
}

async function read(
  { quick, say, signal }: Scene,
  { app, database }: Stack<LocalEngine>,
  { mix, way }: { mix: ReadMix; way: Way },
): Promise<Measured> {
  say(`${mix.name}: ${way.name}`);
  const client = new Client(way.side, app);
  const count = () => Promise.all([app.countQueries('flights'), processorMsOf(database.pid)]);
  const [queries, databaseMs] = await count();
  const over = new AbortController();
  const { headers = {} } = way;
  const reading = pace(PER_SECOND, over.signal, async (turn) => {
    await client.send('query', { path: mix.pathOf(turn), headers });
  });
  try {
    await wait(1_000 * (quick ? QUICK_SECONDS : SECONDS), undefined, { signal });
  } finally {
    over.abort();
  }
  await reading;
  await wait(SETTLED_MS, undefined, { signal });
  const [queriesAfter, databaseMsAfter] = await count();
  const { attempts } = client;
  return {
    attempts,
    failed: countFailures(attempts),
    disturbed: countDisturbed(attempts),
    queries: queriesAfter - queries,
    databaseMs: databaseMsAfter - databaseMs,
    p99Ms: quantile(
      attempts.map(({ ms }) => ms),
      0.99,
    ),
  };
}

function figuresOf({ name, saves }: ReadMix, ways: Record<string, Measured>): Figure[] {
  const each = (valueOf: (one: Measured) => number) =>
    Object.fromEntries(Object.entries(ways).map(([way, one]) => [way, valueOf(one)]));
  const { direct: _, ...cached } = each(({ attempts, queries }) => 100 * (1 - queries / attempts.length));
  return [
    { name: `${name}: reads`, values: each(({ attempts }) => attempts.length) },
    {
      name: `${name}: failed or hung`,
      values: each(({ failed }) => failed),
      goal: { side: MODULE.name, atMost: 0 },
    },
    { name: `${name}: failed while the machine stood still`, values: each(({ disturbed }) => disturbed) },
    { name: `${name}: SQL statements`, values: each(({ queries }) => queries) },
    {
      name: `control: ${name}: SQL statements per read without a cache`,
      values: { direct: (ways['direct']?.queries ?? 0) / (ways['direct']?.attempts.length ?? 1) },
      goal: { side: 'direct', atLeast: 0.99 },
    },
    {
      name: `${name}: queries saved`,
      unit: '%',
      values: cached,
      goal: { side: MODULE.name, atLeast: saves },
    },
    {
      name: `${name}: database CPU per 1,000 reads`,
      unit: 'ms',
      values: each(({ databaseMs, attempts }) => (1_000 * databaseMs) / attempts.length),
    },
    { name: `${name}: p99`, unit: 'ms', values: each(({ p99Ms }) => p99Ms) },
  ];
}
