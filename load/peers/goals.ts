import type { Figure } from '../scenario.js';
import type { Hits } from './hits.js';
import { BARE, BENTOCACHE, CONSTANT, FAST_LANE, MODULE, type Side } from './sides.js';

/** An answer whose hits are measured, and the goals for it. */
export interface Size {
  readonly name: string;
  readonly bytes: number;
  /** Requests of one round of one side. */
  readonly requests: number;
  readonly goals: readonly Goal[];
}

type Goal = readonly [side: Side, over: Side, atMost: number];

export const SIZES: readonly Size[] = [
  {
    name: '2 KB',
    bytes: 2_000,
    requests: 1_500,
    goals: [
      [MODULE, CONSTANT, 0.9],
      [MODULE, BENTOCACHE, 0.75],
      [FAST_LANE, BENTOCACHE, 0.15],
      [FAST_LANE, BARE, 1.6],
    ],
  },
  {
    name: '100 KB',
    bytes: 100_000,
    requests: 300,
    goals: [
      [MODULE, CONSTANT, 0.35],
      [MODULE, BENTOCACHE, 0.25],
      [FAST_LANE, BENTOCACHE, 0.05],
      [FAST_LANE, BARE, 1.4],
    ],
  },
];

export function figuresOf({ name, goals }: Size, hits: Hits): Figure[] {
  return goals
    .filter((goal) => goal.slice(0, 2).every((side) => hits.sides.includes(side as Side)))
    .map(([side, over, atMost]) => ({
      figure: `server CPU of a hit of ${name}, ${side.name} / ${over.name}`,
      value: hits.ratio(side, over, 'cpu').median,
      atMost,
    }));
}

/** The peer that answers the most requests per second. */
export function fastestPeer(hits: Hits): Side | undefined {
  const peers = hits.sides.filter(({ kind }) => kind === 'peer');
  return peers.toSorted((one, other) => hits.perSecond(other) - hits.perSecond(one))[0];
}

export function rateFigure({ name }: Size, hits: Hits): Figure[] {
  const fastest = fastestPeer(hits);
  if (!fastest) return [];
  return [
    {
      figure: `requests/s of ${name}, ${FAST_LANE.name} / fastest peer (${fastest.name})`,
      value: hits.ratio(FAST_LANE, fastest, 'perSecond').median,
      ...(name === '2 KB' && { atLeast: 5 }),
    },
  ];
}
