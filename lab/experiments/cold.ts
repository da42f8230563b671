import { setTimeout as wait } from 'node:timers/promises';
import { startEngine } from '../../local/index.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { AppNodes } from '../stack/app-nodes.js';
import { startDatabase } from '../stack/stack.js';
import { Client } from '../traffic/client.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import { besideFigures, failuresOf, standstillOf } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import { bySideName, MODULE, SIDES } from '../traffic/side.js';

const NODES = 2;
/** Airports that everybody reads at once. */
const AIRPORTS = ['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'MSP'];
const READERS_OF_EACH = 50;
const QUICK_READERS = 20;
const READY_WITHIN_MS = 15_000;
const CHECK_EVERY_MS = 20;
/** After each burst, so that the timeline shows them apart. */
const CALM_MS = 1_000;
const BOARD = 'lab-cold';

interface Burst {
  readonly failed: number;
  readonly statements: number;
}

export const cold: Experiment = {
  name: 'cold',
  claim:
    'The app starts without its engine, and an engine that comes back empty does not overload the database.',
  method: `Two app nodes start while the engine is down. It starts later, empty. Then ${READERS_OF_EACH} users (--quick: ${QUICK_READERS}) at once read each of ${AIRPORTS.length} answers that are not cached; SQL statements are counted. The engine restarts empty while the app runs, and they do it again. A score that was acknowledged before must still be ranked. Meanwhile a few users sign in and out, read and change their sessions, and scores arrive.`,
  topologies: ['standalone'],
  seconds: () => 20,
  async run(scene): Promise<Observation> {
    const [engine, database] = await Promise.all([
      scene.start(startEngine(scene.engine)),
      startDatabase(scene),
    ]);
    await engine.kill();
    scene.say('starts the app without its engine');
    const startedAt = performance.now();
    const servers = { database: database.url, engine: engine.url };
    const app = await scene.start(AppNodes.start(servers, NODES, 'listening'));
    const withoutEngine = await secondsUntilAnswered(app, startedAt);

    scene.say('starts the engine');
    const recorder = await TimelineRecorder.start(scene, app, 'flights');
    recorder.mark('the engine starts');
    await engine.restart();
    app.control.start();
    const answersAt = performance.now();
    await untilAll(app, scene, 'ready');
    const ready = app.control.elapsed(answersAt) / 1000;

    const readers = scene.quick ? QUICK_READERS : READERS_OF_EACH;
    const clients = SIDES.map((side) => ({ name: side.name, client: new Client(side, app) }));
    recorder.mark('ready');
    const load = await Load.startBeside(scene, app, ['session', 'score']);
    const readAll = () =>
      bySideName(clients, async ({ name, client }) => {
        recorder.mark(`${name}: all users read at once`);
        const seen = await burst(app, client, readers);
        await wait(CALM_MS, undefined, { signal: scene.signal });
        return seen;
      });
    const first = await readAll();
    const scores = new Client(MODULE, app);
    await submit(scores);

    scene.say('restarts the engine empty');
    for (const timeline of [recorder, load]) timeline.mark('the engine restarts empty');
    await engine.kill();
    await untilAll(app, scene, 'not ready');
    await engine.restart();
    const emptyAt = performance.now();
    await untilAll(app, scene, 'ready');
    const readyAgain = app.control.elapsed(emptyAt) / 1000;
    for (const timeline of [recorder, load]) timeline.mark('ready again');
    const again = await readAll();
    const rank = await untilRanked(scores);
    await recorder.stop();
    const recorded = clients.map(({ name, client }) => ({ name, attempts: client.attempts }));
    const beside = await load.result('users and players meanwhile');
    return {
      figures: [
        {
          name: 'seconds to the first answer without an engine',
          unit: 's',
          values: { module: withoutEngine },
          goal: { side: 'module', atMost: READY_WITHIN_MS / 1000 },
        },
        {
          name: 'seconds to ready once the engine answers',
          unit: 's',
          values: { module: ready },
          goal: { side: 'module', atMost: 3 },
        },
        {
          name: 'seconds to ready after the engine was emptied',
          unit: 's',
          values: { module: readyAgain },
          goal: { side: 'module', atMost: 3 },
        },
        { name: 'requests of a burst', values: { module: AIRPORTS.length * readers } },
        ...burstFigures('burst', first),
        ...burstFigures('burst after the engine was emptied', again),
        {
          name: 'rank of the only player after the engine was emptied',
          values: { module: rank },
          goal: { side: 'module', atMost: 1 },
        },
        ...besideFigures(beside, { mayFail: true, areEmptied: true }),
        standstillOf(app),
      ],
      timelines: [recorder.timeline('reads of the query cache', recorded), beside.timeline],
      caveats: failuresOf(beside),
    };
  },
  answers: (worst) => [
    `${worst('requests of a burst')} reads of ${AIRPORTS.length} answers that were not cached caused ${worst('burst: SQL statements')} SQL statements. On the textbook side: ${worst('burst: SQL statements', 'textbook')}. After the engine had restarted empty under the running app: ${worst('burst after the engine was emptied: SQL statements')} and ${worst('burst after the engine was emptied: SQL statements', 'textbook')}.`,
    `Without its engine the app gave its first answer ${worst('seconds to the first answer without an engine')} after its start, and it was ready ${worst('seconds to ready once the engine answers')} after the engine answered. After the engine had been emptied, it was ready ${worst('seconds to ready after the engine was emptied')} after the engine answered again.`,
    `Of the scores that were acknowledged meanwhile, ${worst('meanwhile: scores: lost')} were lost (textbook: ${worst('meanwhile: scores: lost', 'textbook')}). The sessions from before the restart ended on both sides, because they are in the engine alone.`,
  ],
};

function burstFigures(name: string, bursts: Record<string, Burst>): Figure[] {
  const each = (valueOf: (one: Burst) => number) =>
    Object.fromEntries(Object.entries(bursts).map(([side, one]) => [side, valueOf(one)]));
  return [
    {
      name: `${name}: failed`,
      values: each(({ failed }) => failed),
      goal: { side: 'module', atMost: 0 },
    },
    {
      name: `${name}: SQL statements`,
      values: each(({ statements }) => statements),
      // A node that has waited for the other one's load long enough loads by itself.
      goal: { side: 'module', atMost: NODES * AIRPORTS.length },
    },
    {
      name: `control: ${name}: SQL statements are counted`,
      values: { textbook: each(({ statements }) => statements)['textbook'] ?? 0 },
      goal: { side: 'textbook', atLeast: AIRPORTS.length },
    },
  ];
}

async function submit(client: Client): Promise<void> {
  const board = `/leaderboards/${BOARD}`;
  await client.ask({ method: 'PUT', path: board, body: {} });
  const body = { submissionId: 'one', playerId: 'ada', score: 1 };
  const { status } = await client.ask({ method: 'POST', path: `${board}/scores`, body });
  if (status !== 200) throw new Error(`A score was answered ${status}.`);
}

/** null: not ranked within the time limit. */
async function untilRanked(client: Client): Promise<number | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const { body } = await client.ask({ path: `/leaderboards/${BOARD}/players/ada` });
    const { rank } = (body ?? {}) as { rank?: number };
    if (rank !== undefined) return rank;
    await wait(CHECK_EVERY_MS);
  }
  return null;
}

/** An answer of the query cache comes from the database then. */
async function secondsUntilAnswered(app: AppNodes, startedAt: number): Promise<number | null> {
  const client = new Client(MODULE, app);
  while (performance.now() < startedAt + READY_WITHIN_MS) {
    const { status } = await client.ask({ path: '/flights/1' });
    if (status === 200) return (performance.now() - startedAt) / 1000;
    await wait(CHECK_EVERY_MS);
  }
  return null;
}

/** Waits until all nodes are ready, or none is. */
async function untilAll(app: AppNodes, { signal }: Scene, state: 'ready' | 'not ready'): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const reports = await Promise.all(app.urls.map((url) => app.readiness(url)));
    if (reports.every(({ status }) => (status === 'ok') === (state === 'ready'))) return;
    await wait(CHECK_EVERY_MS, undefined, { signal });
  }
  throw new Error(
    `After ${READY_WITHIN_MS / 1000} s the app nodes do not all report that they are ${state}.`,
  );
}

/** All users read at once. Each side has answers of its own. */
async function burst(app: AppNodes, client: Client, readers: number): Promise<Burst> {
  const before = await app.countQueries('flights');
  const reads = AIRPORTS.flatMap((origin) =>
    Array.from({ length: readers }, () => client.send('query', { path: `/flights/routes/${origin}` })),
  );
  const answers = await Promise.all(reads);
  return {
    failed: answers.filter(({ status }) => status !== 200).length,
    statements: (await app.countQueries('flights')) - before,
  };
}
