import { inTurn } from '../measuring/in-turn.js';
import { Latencies } from '../measuring/latencies.js';
import { median } from '../measuring/statistics.js';
import { HttpClient } from '../peers/http-client.js';
import type { SideNode } from '../peers/side-node.js';
import type { Axis, Curve } from '../scenario.js';
import { type Expected, kneeOf } from './knee.js';

/** Requests to some nodes in a closed loop. */
export interface Load {
  readonly nodes: readonly SideNode[];
  /** To each node. */
  readonly connections: number;
  readonly pathOf: (request: number) => string;
}

export interface Rate {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** The loads of one line of a plot, by their inputs. */
export interface Line {
  readonly name: string;
  readonly loads: readonly (readonly [input: number, load: Load])[];
}

/** What was measured of a line. */
export interface Grown {
  readonly name: string;
  readonly rates: readonly (readonly [input: number, rate: Rate])[];
}

export interface Rounds {
  readonly rounds: number;
  /** Of each round of each point. */
  readonly seconds: number;
}

/** Measures all points of all lines in turn. The figures are medians of the rounds. */
export async function growLines(lines: readonly Line[], { rounds, seconds }: Rounds): Promise<Grown[]> {
  const points = lines.flatMap(({ name, loads }) => loads.map(([input, load]) => ({ name, input, load })));
  const measured = await inTurn(
    points.map(
      ({ load }) =>
        () =>
          rateOf(load, seconds),
    ),
    { rounds, warmUps: 1 },
  );
  const rates = points.map(({ name, input }, i) => ({ name, input, rate: middleOf(measured[i] ?? []) }));
  return lines.map(({ name }) => ({
    name,
    rates: rates.filter((one) => one.name === name).map(({ input, rate }) => [input, rate] as const),
  }));
}

/** Requests per second. */
export function rateCurve(title: string, x: Axis, grown: readonly Grown[]): Curve {
  return curveOf({ title, x, y: { label: 'requests/s', isLog: false } }, grown, 'perSecond');
}

export function curveOf(labels: Omit<Curve, 'series'>, grown: readonly Grown[], figure: keyof Rate): Curve {
  const series = grown.map(({ name, rates }) => ({
    name,
    points: rates.map(([input, rate]) => [input, rate[figure]] as const),
  }));
  return { ...labels, series };
}

/** For example "the knee is at 16 (module) and 64 (fast lane)". */
export function describeKnees(
  { series }: Curve,
  expected: Expected,
  format: (input: number) => string,
): string {
  const knees = series.map(({ name, points }) => `${format(kneeOf(points, expected))} (${name})`);
  return `the knee is at ${[knees.slice(0, -1).join(', '), ...knees.slice(-1)].filter(Boolean).join(' and ')}`;
}

async function rateOf({ nodes, connections, pathOf }: Load, seconds: number): Promise<Rate> {
  const clients = await Promise.all(nodes.map(({ port }) => HttpClient.open(port, connections)));
  const latencies = new Latencies();
  const startedAt = performance.now();
  try {
    const counts = await Promise.all(
      clients.map((client) => client.getFor(seconds, pathOf, (ms) => latencies.record(ms))),
    );
    const elapsed = (performance.now() - startedAt) / 1000;
    return {
      perSecond: counts.reduce((sum, count) => sum + count, 0) / elapsed,
      p99Ms: latencies.percentile(99),
    };
  } finally {
    for (const client of clients) client.close();
  }
}

function middleOf(rates: readonly Rate[]): Rate {
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    p99Ms: median(rates.map(({ p99Ms }) => p99Ms)),
  };
}
