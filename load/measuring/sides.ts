import { type Gain, gainOf } from './gain.js';
import { inTurn } from './in-turn.js';
import { type Round, Series, type Side, type SideFigures } from './series.js';

export type { Side, SideFigures } from './series.js';

/** How many times as many requests per second, and how many times as short the latencies. */
export interface Gains {
  requestsPerSecond: Gain;
  p50: Gain;
  p99: Gain;
}

export interface Turns {
  rounds: number;
  /** The target length of one round of one side. */
  seconds: number;
  connections: number;
  onRound: (round: number) => void;
}

/** The measured sides, to be compared. */
export class Measured {
  constructor(
    private readonly series: readonly Series[],
    /** Concurrent clients of each side. */
    readonly connections: number,
  ) {}

  get sides(): SideFigures[] {
    return this.series.map(({ figures }) => figures);
  }

  /** Compares the rounds of two sides that were measured in the same turn. */
  gains(side: string, over: string): Gains {
    const [one, other] = [side, over].map((name) => this.series.find((series) => series.name === name));
    if (!one || !other) throw new Error(`There is no side "${one ? over : side}".`);
    const compare = (ratio: (ours: Round, theirs: Round) => number) =>
      gainOf(one.rounds.map((round, i) => ratio(round, other.rounds[i] ?? round)));
    const percentile = (p: number) =>
      compare((ours, theirs) => theirs.latencies.percentile(p) / ours.latencies.percentile(p));
    return {
      requestsPerSecond: compare((ours, theirs) => ours.perSecond / theirs.perSecond),
      p50: percentile(50),
      p99: percentile(99),
    };
  }
}

/**
 * If a request alone takes longer than this, all sides get one client. Several such queries at a time would slow each other down until
 * they reach the time limit of a statement in the app, and a round would take long.
 */
export const SLOW_SECONDS = 0.2;

/** Measures the sides in turn, each after its warm-up. */
export async function measureInTurn(sides: readonly Side[], turns: Turns): Promise<Measured> {
  const connections = (await someAreSlow(sides)) ? 1 : turns.connections;
  const zero = performance.now();
  const clock = () => (performance.now() - zero) / 1000;
  const all = sides.map((side) => new Series(side, { ...turns, connections, clock }));
  for (const series of all) await series.warmUp();
  await inTurn(
    all.map((series) => () => series.measure()),
    turns,
  );
  return new Measured(all, connections);
}

async function someAreSlow(sides: readonly Side[]): Promise<boolean> {
  for (const side of sides) {
    // The first request is slow in any case.
    await side.send(1, 1);
    const { seconds } = await side.send(1, 1);
    if (seconds > SLOW_SECONDS) return true;
  }
  return false;
}
