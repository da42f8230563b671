import type { Sent } from './closed-loop.js';
import { type Gain, gainOf } from './gain.js';
import { inTurn } from './in-turn.js';
import { Latencies } from './latencies.js';
import { quantile } from './statistics.js';

/** One way to answer the same requests. */
export interface Side {
  name: string;
  /** Sends a number of requests. */
  send(amount: number): Promise<Sent>;
  /** Counts that the server or the client keep for this side since the start, by name. */
  counts?(): Promise<Record<string, number>>;
}

/** What was measured of one side. Times are in milliseconds. */
export interface SideFigures {
  name: string;
  requests: number;
  failures: number;
  /** The median of the rounds, and their quartiles. */
  requestsPerSecond: { median: number; quartiles: [number, number] };
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  /** Pairs of percentile and milliseconds. */
  distribution: [percentile: number, ms: number][];
  counts: Record<string, number>;
}

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
  constructor(private readonly series: readonly Series[]) {}

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

/** Measures the sides in turn, each after its warm-up. */
export async function measureInTurn(sides: readonly Side[], turns: Turns): Promise<Measured> {
  const all = sides.map((side) => new Series(side, turns));
  for (const series of all) await series.warmUp();
  await inTurn(
    all.map((series) => () => series.measure()),
    turns,
  );
  return new Measured(all);
}

interface Round extends Sent {
  perSecond: number;
}

/** The rounds of one side. */
class Series {
  readonly rounds: Round[] = [];
  private readonly counts: Record<string, number> = {};
  private pace = 0;

  constructor(
    private readonly side: Side,
    private readonly turns: Turns,
  ) {}

  get name(): string {
    return this.side.name;
  }

  /** Sends more and more requests until they take long enough to estimate a round. Also warms up the app's code. */
  async warmUp(): Promise<void> {
    for (let amount = this.turns.connections; ; amount *= 4) {
      const { requests, seconds } = await this.side.send(amount);
      this.pace = requests / seconds;
      if (amount >= this.pace * 0.5) return;
    }
  }

  async measure(): Promise<void> {
    const { seconds, connections } = this.turns;
    const amount = Math.max(connections, Math.round(this.pace * seconds));
    const before = await this.side.counts?.();
    const sent = await this.side.send(amount);
    const after = (await this.side.counts?.()) ?? {};
    for (const [name, count] of Object.entries(after))
      this.counts[name] = (this.counts[name] ?? 0) + count - (before?.[name] ?? 0);
    this.pace = sent.requests / sent.seconds;
    this.rounds.push({ ...sent, perSecond: this.pace });
  }

  get figures(): SideFigures {
    const rates = this.rounds.map(({ perSecond }) => perSecond);
    const all = new Latencies();
    for (const { latencies } of this.rounds) all.add(latencies);
    const total = (count: (round: Round) => number) =>
      this.rounds.reduce((sum, round) => sum + count(round), 0);
    return {
      name: this.name,
      requests: total(({ requests }) => requests),
      failures: total(({ failures }) => failures),
      requestsPerSecond: {
        median: quantile(rates, 0.5),
        quartiles: [quantile(rates, 0.25), quantile(rates, 0.75)],
      },
      p50Ms: all.percentile(50),
      p90Ms: all.percentile(90),
      p99Ms: all.percentile(99),
      distribution: all.distribution,
      counts: this.counts,
    };
  }
}
