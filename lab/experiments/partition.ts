import { waitUntil } from '../../local/stacks/readiness.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { type AppNodes, enginesAt } from '../stack/app-nodes.js';
import { SHARD } from '../stack/engines.js';
import { type ProxiedEngines, startProxied } from '../stack/proxied-engines.js';
import { startStack } from '../stack/stack.js';
import { secondsToLastLoss } from '../timeline/last-loss.js';
import { ChangedAnswers } from '../traffic/changed-answers.js';
import type { Attempt } from '../traffic/client.js';
import { countFailures } from '../traffic/failures.js';
import { bySide, failuresOf, loadFigures } from '../traffic/figures.js';
import { Load, type LoadResult } from '../traffic/load.js';
import { Promotions } from './promotions.js';

/** The users of the two app nodes. */
const CUT_OFF = 'cut-off';
const CONNECTED = 'connected';
/** A replica confirms every second. It counts for `min-replicas-max-lag` 2 s more, and the primary checks this every second. */
const SECONDS_UNTIL_REFUSED = 5;
const DEMOTED_WITHIN_SECONDS = 30;
/** In seconds. An invalidation takes effect on other nodes within one. */
const CHANGES_END_BEFORE = 1.5;
const CHANGES = 24;
const QUICK_CHANGES = 12;

interface Cut {
  readonly cutAt: number;
  readonly result: LoadResult;
  /** Sessions that the cut-off node accepted at the end of the cut, although they were signed out. */
  readonly alive: Record<string, number>;
  readonly answersChanged: number;
  readonly outdatedDuringCut: number;
  readonly outdatedAfterwards: number;
  /** Seconds from the cut to the last acknowledgement that was lost. 0: nothing was lost. */
  readonly lastLoss: Record<string, number>;
}

interface Servers {
  readonly engines: ProxiedEngines;
  readonly app: AppNodes;
  readonly database: string;
  readonly cutOff: string;
}

export const partition: Experiment = {
  name: 'partition',
  claim:
    'If writes need a replica, a cut-off primary loses at most what it accepts within five seconds, and never a score.',
  method:
    'Fault proxies cut the primary and one of two app nodes off from all other servers, under load on all three use cases. The cut-off node keeps writing to the old primary while a replica is promoted for the other node. First without `min-replicas-to-write` ("unfenced"), then with `min-replicas-to-write 1` and `min-replicas-max-lag 2`. After the cut, all that was acknowledged is compared with what the app has.',
  topologies: ['sentinel'],
  seconds: ({ quick }) => (quick ? 55 : 110),
  async run(scene): Promise<Observation> {
    const { engines, app, database } = await startStack(scene, startProxied(scene, [CUT_OFF, CONNECTED]), {
      nodes: 0,
    });
    const [cutOff = ''] = await Promise.all(
      [CUT_OFF, CONNECTED].map((user) => app.add(enginesAt(engines.urlFor(user)))),
    );
    const servers = { engines, app, database: database.url, cutOff };
    const unfenced = await cutOnce(scene, servers, { isFenced: false });
    const fenced = await cutOnce(scene, servers, { isFenced: true });
    return {
      figures: [
        ...fencedFigures(fenced, app),
        ...unfencedFigures(unfenced),
        {
          name: 'control: unfenced, losses go on until',
          unit: 's',
          values: unfenced.lastLoss,
          // In a short cut with few requests the last seconds may have none to lose.
          ...(!scene.quick && { goal: { side: 'module', atLeast: SECONDS_UNTIL_REFUSED } }),
        },
      ],
      timelines: [unfenced.result.timeline, fenced.result.timeline],
      caveats: [
        'PostgreSQL is not cut off: both app nodes reach it, and it keeps the scores of the module.',
        ...failuresOf(fenced.result),
      ],
    };
  },
  answers: (worst) => [
    `With \`min-replicas-to-write 1\`, the last acknowledgement that was lost came ${worst('last loss after the cut')} after the cut (textbook: ${worst('last loss after the cut', 'textbook')}). Without it, the module lost some until ${worst('unfenced: last loss after the cut')} (textbook: ${worst('unfenced: last loss after the cut', 'textbook')}).`,
    `Scores: ${worst('scores: lost')} lost and ${worst('scores: doubled')} doubled; unfenced ${worst('unfenced: scores lost')} and ${worst('unfenced: scores doubled')}. The textbook side lost ${worst('scores: lost', 'textbook')}, and ${worst('unfenced: scores lost', 'textbook')} unfenced.`,
    `Sessions: sign-ins lost: ${worst('sessions: lost')}, changes lost: ${worst('sessions: changes lost')}; unfenced: ${worst('unfenced: sign-ins lost')} and ${worst('unfenced: changes lost')}. The textbook side: ${worst('sessions: lost', 'textbook')} and ${worst('sessions: changes lost', 'textbook')}; unfenced: ${worst('unfenced: sign-ins lost', 'textbook')} and ${worst('unfenced: changes lost', 'textbook')}.`,
    `During the cut, neither node knows the sign-ins and sign-outs at the other one. Where writes need a replica, the cut-off one answers 503 for a session that it does not find. A signed-in user was answered 401 ${worst('sessions: 401 while signed in')} times (textbook: ${worst('sessions: 401 while signed in', 'textbook')}), and unfenced ${worst('unfenced: 401 while signed in')} times. Of the sessions whose sign-out was acknowledged, the cut-off node still accepted ${worst('sessions: alive on the cut-off node')} at the end of the cut (unfenced: ${worst('unfenced: alive on the cut-off node')}). After the cut, a node still accepted ${worst('sessions: alive after sign-out')} (unfenced: ${worst('unfenced: alive after sign-out')}; textbook: ${worst('sessions: alive after sign-out', 'textbook')}, unfenced ${worst('unfenced: alive after sign-out', 'textbook')}).`,
    `Cached answers: of ${worst('cached answers: changed')} that changed, ${worst('cached answers: outdated during the cut')} were outdated on one of the nodes at the end of the cut, and ${worst('cached answers: outdated afterwards')} afterwards (unfenced: ${worst('unfenced: answers outdated afterwards')}).`,
  ],
};

/** Cuts the current primary and one app node off, and heals the cut again. */
async function cutOnce(
  scene: Scene,
  { engines, app, database, cutOff }: Servers,
  { isFenced }: { isFenced: boolean },
): Promise<Cut> {
  const name = isFenced ? 'cut off' : 'cut off, unfenced';
  await setFence(engines, isFenced);
  const load = await Load.start(scene, app);
  const answers = await ChangedAnswers.prepare(app, database, {
    series: isFenced ? 'F' : 'U',
    count: scene.quick ? QUICK_CHANGES : CHANGES,
  });
  await load.untilSteady(scene.quick ? 1 : 5);

  const primary = await engines.primaryNow(SHARD);
  const seconds = scene.quick ? 7 : 15;
  const cutAt = load.mark(name);
  scene.say(name);
  cut(engines, primary);
  const changing = answers.change(seconds - CHANGES_END_BEFORE, scene.signal);
  const promotions = await Promotions.after(primary, engines, { scene, load });
  await promotions.settled();
  await load.run(Math.max(0, seconds - (performance.now() - cutAt) / 1000), 'the cut lasts');
  await changing;
  // Later changes of the same sessions would hide the lost ones.
  await load.stop();
  const outdatedDuringCut = (await answers.outdated()).length;
  const alive = await Promise.all(
    load.loads.map(async ({ side, sessions }) => [side.name, await sessions.aliveOn(cutOff)] as const),
  );

  load.mark('the cut ends');
  await Promise.all([...engines.nodes.keys()].map((node) => engines.proxy(node).heal()));
  scene.say('the cut ends');
  // Clients of the textbook side may stay at the old primary until then.
  await waitUntil('the old primary is a replica', DEMOTED_WITHIN_SECONDS, async () => {
    const role = await engines.node(primary).command('ROLE');
    return Array.isArray(role) && role[0] === 'slave';
  });
  await promotions.settled();
  await promotions.stop();
  const result = await load.result(name);
  const outdated = await answers.outdated();
  const lostAnswers = outdated.flatMap(({ changedAt, isConfirmed }) =>
    isConfirmed && changedAt ? [changedAt] : [],
  );
  return {
    cutAt,
    result,
    alive: Object.fromEntries(alive),
    answersChanged: answers.changed,
    outdatedDuringCut,
    outdatedAfterwards: outdated.length,
    lastLoss: bySide(result, ({ load: { side }, audit }) =>
      secondsToLastLoss(
        [...audit.sessions.lostAt, ...audit.scores.lostAt, ...(side.name === 'module' ? lostAnswers : [])],
        cutAt,
        app.control,
      ),
    ),
  };
}

/** The app node and the primary reach each other, and nothing else. */
function cut(engines: ProxiedEngines, primary: string): void {
  for (const name of engines.nodes.keys()) {
    const isPrimary = name === primary;
    engines.proxy(name).drop('both', (user) => (user === CUT_OFF) !== isPrimary);
  }
}

async function setFence(engines: ProxiedEngines, isFenced: boolean): Promise<void> {
  const setting = ['CONFIG', 'SET', 'min-replicas-to-write', isFenced ? '1' : '0'];
  await Promise.all(engines.dataNodes.map((name) => engines.node(name).command(...setting)));
}

function fencedFigures(
  { result, alive, answersChanged, outdatedDuringCut, outdatedAfterwards, lastLoss }: Cut,
  app: AppNodes,
): Figure[] {
  return [
    {
      name: 'last loss after the cut',
      unit: 's',
      values: lastLoss,
      goal: { side: 'module', atMost: SECONDS_UNTIL_REFUSED },
    },
    ...loadFigures(result, app, { mayFail: true }),
    { name: 'sessions: alive on the cut-off node', values: alive },
    { name: 'cached answers: changed', values: { module: answersChanged } },
    { name: 'cached answers: outdated during the cut', values: { module: outdatedDuringCut } },
    { name: 'cached answers: outdated afterwards', values: { module: outdatedAfterwards } },
  ];
}

function unfencedFigures({ result, alive, outdatedDuringCut, outdatedAfterwards, lastLoss }: Cut): Figure[] {
  const none = { side: 'module', atMost: 0 };
  const audited = (name: string, valueOf: Parameters<typeof bySide<number>>[1]) => ({
    name: `unfenced: ${name}`,
    values: bySide(result, valueOf),
  });
  return [
    { name: 'unfenced: last loss after the cut', unit: 's', values: lastLoss },
    audited('401 while signed in', ({ load }) => load.sessions.anonymous),
    audited('sign-ins lost', ({ audit }) => audit.sessions.lost),
    audited('changes lost', ({ audit }) => audit.sessions.lostChanges),
    audited('alive after sign-out', ({ audit }) => audit.sessions.alive),
    { name: 'unfenced: alive on the cut-off node', values: alive },
    { ...audited('requests that hung', ({ load }) => hungIn(load.client.attempts)), goal: none },
    {
      ...audited('query cache: failed or hung', ({ load }) =>
        countFailures(load.client.attempts.filter(({ useCase }) => useCase === 'query')),
      ),
      goal: none,
    },
    { ...audited('query cache: wrong answers', ({ load }) => load.queries.wrong), goal: none },
    { ...audited('sessions of another user', ({ load }) => load.sessions.foreign), goal: none },
    { ...audited('scores lost', ({ audit }) => audit.scores.lost), goal: none },
    { ...audited('scores doubled', ({ audit }) => audit.scores.doubled), goal: none },
    { name: 'unfenced: answers outdated during the cut', values: { module: outdatedDuringCut } },
    { name: 'unfenced: answers outdated afterwards', values: { module: outdatedAfterwards } },
  ];
}

function hungIn(attempts: readonly Attempt[]): number {
  return attempts.filter(({ outcome }) => outcome === 'hung').length;
}
