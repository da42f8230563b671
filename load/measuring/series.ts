import type { Sent } from './closed-loop.js';
import { Latencies } from './latencies.js';
import { quantile } from './statistics.js';

/** One way to answer the same requests. */
export interface Side {
  name: string;
  /** Sends a number of requests over that many connections. */
  send(amount: number, connections: number): Promise<Sent>;
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
  rounds: RoundFigures[];
}

/** One round of one side. */
export interface RoundFigures {
  /** Seconds from the start of the comparison. */
  startedAt: number;
  seconds: number;
  requests: number;
  counts: Record<string, number>;
}

export interface SeriesOptions {
  /** The target length of one round. */
  seconds: number;
  connections: number;
  /** Seconds since the start of the comparison. */
  clock: () => number;
}

export interface Round extends Sent {
  startedAt: number;
  perSecond: number;
  counts: Record<string, number>;
}

/** No longer than this, so that many sides can be warmed up. */
const WARM_UP_SECONDS = 0.5;

/** The rounds of one side. */
export class Series {
  readonly rounds: Round[] = [];
  private pace = 0;

  constructor(
    private readonly side: Side,
    private readonly options: SeriesOptions,
  ) {}

  get name(): string {
    return this.side.name;
  }

  /** Sends more and more requests until they take long enough to estimate a round. Also warms up the app's code. */
  async warmUp(): Promise<void> {
    const { connections, seconds } = this.options;
    const enough = Math.min(WARM_UP_SECONDS, seconds);
    for (let amount = connections; ;) {
      const sent = await this.side.send(amount, connections);
      this.pace = sent.requests / sent.seconds;
      const wanted = Math.ceil(this.pace * enough);
      if (amount >= wanted) return;
      amount = Math.min(4 * amount, wanted);
    }
  }

  async measure(): Promise<void> {
    const { seconds, connections, clock } = this.options;
    const amount = Math.max(connections, Math.round(this.pace * seconds));
    const before = (await this.side.counts?.()) ?? {};
    const startedAt = clock();
    const sent = await this.side.send(amount, connections);
    const after = (await this.side.counts?.()) ?? {};
    const counts = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    );
    this.pace = sent.requests / sent.seconds;
    this.rounds.push({ ...sent, startedAt, counts, perSecond: this.pace });
  }

  get figures(): SideFigures {
    const rates = this.rounds.map(({ perSecond }) => perSecond);
    const all = new Latencies();
    for (const { latencies } of this.rounds) all.add(latencies);
    const total = (count: (round: Round) => number) =>
      this.rounds.reduce((sum, round) => sum + count(round), 0);
    const names = Object.keys(this.rounds[0]?.counts ?? {});
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
      counts: Object.fromEntries(names.map((name) => [name, total(({ counts }) => counts[name] ?? 0)])),
      rounds: this.rounds.map(({ startedAt, seconds, requests, counts }) => ({
        startedAt,
        seconds,
        requests,
        counts,
      })),
    };
  }
}
