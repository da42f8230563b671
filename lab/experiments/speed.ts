import { startEngine } from '../../local/index.js';
import { AppClient } from '../../load/app/app-client.js';
import { parseOptions } from '../../load/options.js';
import { CAVEATS_OF_HITS, queryCacheReads } from '../../load/query-cache/reads.js';
import type { Comparison } from '../../load/scenario.js';
import type { Experiment, Figure, Observation } from '../experiment.js';
import { DemoApp } from '../stack/demo-app.js';
import { besideFigures, failuresOf } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';

const EXPENSIVE = 'ranking of all airports';
const CHEAP = 'one flight by primary key';
const HUNDREDS = 100;
const QUICK = ['--quick', '--rounds', '3'];
/** A cache that makes any of the queries slower is none. */
const NOT_SLOWER = 1;

export const speed: Experiment = {
  name: 'speed',
  claim: 'From memory an expensive answer comes hundreds of times as fast.',
  method:
    'The scenario query-cache of `npm run load`, on the flights of `npm start`: four queries, from expensive to cheap, each answered by PostgreSQL, by the textbook side and by the module in turn. All answers are cached before. Meanwhile a few users sign in and out, and read and change their sessions.',
  topologies: ['standalone'],
  seconds: ({ quick }) => (quick ? 50 : 75),
  async run(scene): Promise<Observation> {
    const { quick, signal, say } = scene;
    const engine = await scene.start(startEngine(scene.engine));
    say('starts the app with the flights of npm start, which are loaded the first time');
    const demo = await scene.start(DemoApp.start(scene, engine.url));
    const app = new AppClient(demo.url, process.env['OPERATOR_KEY'], signal);
    await app.cacheEngine();
    const options = parseOptions(quick ? QUICK : [], [queryCacheReads]);
    const load = await Load.startBeside(scene, demo, ['session']);
    const sayAndMark = (what: string) => {
      say(what);
      if (what.endsWith(': warming up')) load.mark(what.replace(': warming up', ''));
    };
    const scenario = { app, engineUrl: engine.url, options, signal, say: sayAndMark };
    const findings = await queryCacheReads.measure(scenario);
    const beside = await load.result('sessions meanwhile');
    return {
      figures: [
        ...(findings.comparisons ?? []).flatMap(figuresOf),
        // The app has as much to do as it can.
        ...besideFigures(beside, { mayFail: true }),
      ],
      timelines: [beside.timeline],
      caveats: [
        'What misses cost is in the report of `npm run load`.',
        ...CAVEATS_OF_HITS,
        ...failuresOf(beside),
      ],
    };
  },
  answers: (worst) => [
    `The ${EXPENSIVE} is answered ${worst(rateOf(EXPENSIVE))} times as often as without a cache (textbook: ${worst(rateOf(EXPENSIVE), 'textbook')}): half of the answers within ${worst(halfOf(EXPENSIVE))} instead of ${worst(halfOf(EXPENSIVE), 'direct')}.`,
    `Top routes of one airport: ${worst(rateOf('top routes of one airport'))} times. One route: ${worst(rateOf('one route'))} times.`,
    `A cache gains less on a cheap query: ${CHEAP}, ${worst(rateOf(CHEAP))} times (textbook: ${worst(rateOf(CHEAP), 'textbook')}).`,
  ],
};

function figuresOf({ title, sides, gains }: Comparison): Figure[] {
  const some = sides.filter(({ name }) => name !== 'miss');
  const each = (valueOf: (side: (typeof some)[number]) => number) =>
    Object.fromEntries(some.map((side) => [side.name, valueOf(side)]));
  const { direct = NaN, textbook = NaN } = each(({ requestsPerSecond }) => requestsPerSecond.median);
  const goal = { side: 'module', atLeast: title === EXPENSIVE ? HUNDREDS : NOT_SLOWER };
  return [
    {
      name: `${title}: answers per second`,
      values: each(({ requestsPerSecond }) => requestsPerSecond.median),
    },
    {
      name: rateOf(title),
      values: { module: gains['direct']?.requestsPerSecond.median ?? NaN, textbook: textbook / direct },
      goal,
    },
    { name: halfOf(title), unit: 'ms', values: each(({ p50Ms }) => p50Ms) },
    {
      name: `${title}: failed`,
      values: each(({ failures }) => failures),
      goal: { side: 'module', atMost: 0 },
    },
  ];
}

function rateOf(title: string): string {
  return `${title}: times as many answers as direct`;
}

function halfOf(title: string): string {
  return `${title}: half of the answers within`;
}
