import type { LocalEngine } from '../../local/index.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import type { Control } from '../stack/control.js';
import { SHARD, startReplicated } from '../stack/engines.js';
import { startStack } from '../stack/stack.js';
import { secondsToRecovery } from '../timeline/recovery.js';
import { bySide, failuresOf, loadFigures } from '../traffic/figures.js';
import { Load, type LoadResult, type SideResult } from '../traffic/load.js';
import { type Promotion, Promotions } from './promotions.js';

interface Loss {
  /** For the timeline. */
  readonly fault: string;
  readonly lose: (primary: LocalEngine) => Promise<void> | void;
  readonly secondsBefore: number;
  /** After the promotion. */
  readonly secondsAfter: number;
  /** What ends the fault, if anything does, and what the timeline calls it. */
  readonly end?: {
    readonly what: string;
    readonly afterSeconds: number;
    readonly by: (lost: LocalEngine) => void;
  };
}

/** What all experiments with a lost primary have in common. */
export const LOST_PRIMARY = {
  topologies: ['sentinel', 'cluster'],
  answers: (worst) => [
    `The servers promoted a replica after ${worst('seconds to the promotion')}, and it accepted writes after ${worst('seconds until it accepts writes')}. From the fault on, 99% of the requests succeeded again after ${worst('seconds to 99% success')} (textbook: ${worst('seconds to 99% success', 'textbook')}).`,
    `In the whole run the module left ${worst('requests that hung')} requests without an answer, and answered ${worst('requests that failed')} with an error. The textbook side left ${worst('requests that hung', 'textbook')} without an answer, for 3 s or longer, and answered ${worst('requests that failed', 'textbook')} with an error.`,
    `Query cache: ${worst('query cache: failed or hung')} requests failed. The textbook side: ${worst('query cache: failed or hung', 'textbook')}.`,
    `Sessions: ${worst('sessions: lost')} lost, ${worst('sessions: 401 while signed in')} times a user was treated as signed out, and ${worst('sessions: alive after sign-out')} lived on after sign-out. The textbook side: ${worst('sessions: lost', 'textbook')}, ${worst('sessions: 401 while signed in', 'textbook')} and ${worst('sessions: alive after sign-out', 'textbook')}.`,
    `Scores: ${worst('scores: lost')} lost and ${worst('scores: doubled')} doubled. The textbook side: ${worst('scores: lost', 'textbook')} and ${worst('scores: doubled', 'textbook')}.`,
  ],
} satisfies Pick<Experiment, 'topologies' | 'answers'>;

/** Loses the primary under load, waits until the servers have promoted a replica, and compares both sides. */
export async function losePrimary(scene: Scene, loss: Loss): Promise<Observation> {
  const { engines, app } = await startStack(scene, startReplicated(scene));
  const load = await Load.start(scene, app);
  await load.untilSteady(loss.secondsBefore);

  const name = await engines.primaryNow(SHARD);
  const primary = engines.node(name);
  await requireBoards(load, primary);
  const faultAt = load.mark(loss.fault);
  scene.say(loss.fault);
  await loss.lose(primary);
  const watched = await Promotions.after(name, engines, { scene, load });
  await watched.settled();
  if (loss.end) {
    const rest = loss.end.afterSeconds - (performance.now() - faultAt) / 1000;
    await load.run(Math.max(0, rest), 'the fault lasts');
    loss.end.by(primary);
    load.mark(loss.end.what);
  }
  await watched.run(loss.secondsAfter, 'recovers');
  const promotions = await watched.stop();

  const result = await load.result('all use cases', faultAt);
  const figures = [
    ...loadFigures(result, app, { mayFail: true }),
    ...recoveryFigures(result, app.control, { faultAt, promotions }),
  ];
  return {
    figures,
    timelines: [result.timeline],
    caveats: [...failuresOf(result), ...furtherIn(promotions)],
  };
}

/** @throws unless the fault will hit the boards of both sides */
async function requireBoards({ loads }: Load, primary: LocalEngine): Promise<void> {
  for (const { side, scores } of loads) {
    const keys = await primary.command('KEYS', `*${scores.board}*`);
    if (!Array.isArray(keys) || keys.length === 0)
      throw new Error(`The board of the ${side.name} side is not on the primary that is lost.`);
  }
}

function acceptancesOf(promotions: readonly Promotion[]): number[] {
  return promotions.flatMap(({ acceptsAt }) => acceptsAt ?? []);
}

/** Says what the recovery is counted from if there was more than one promotion. */
export function furtherIn(promotions: readonly Promotion[]): string[] {
  if (promotions.length < 2) return [];
  return [
    'The servers promoted again, because the new primary did not answer for a second. The recovery is counted from when the last primary accepted writes.',
  ];
}

/** Times of the promotion and of the recovery of each side. */
export function recoveryFigures(
  result: LoadResult,
  control: Control,
  { faultAt, promotions }: { readonly faultAt: number; readonly promotions: readonly Promotion[] },
): Figure[] {
  const recovery = ({ load }: SideResult) => secondsToRecovery(load.client.attempts, faultAt);
  const [first, ...further] = promotions;
  if (!first) throw new Error('No replica was promoted.');
  const acceptsAt = acceptancesOf(promotions)[0] ?? null;
  // A further one leaves the servers without writes for seconds.
  const recoversFrom = acceptancesOf(further).at(-1) ?? first.promotedAt;
  return [
    {
      name: 'seconds to the promotion',
      unit: 's',
      values: bySide(result, () => (first.promotedAt - faultAt) / 1000),
    },
    {
      name: 'seconds until it accepts writes',
      unit: 's',
      values: bySide(result, () => (acceptsAt === null ? null : (acceptsAt - faultAt) / 1000)),
    },
    { name: 'further promotions', values: bySide(result, () => further.length) },
    { name: 'seconds to 99% success', unit: 's', values: bySide(result, recovery) },
    {
      name: 'seconds from the last promotion to recovery',
      unit: 's',
      values: bySide(result, (side) => {
        const seconds = recovery(side);
        if (seconds === null) return null;
        return Math.max(0, control.elapsed(recoversFrom, faultAt + seconds * 1000) / 1000);
      }),
      goal: { side: 'module', atMost: 1 },
    },
  ];
}
