import type { AppClient } from './app/app-client.js';
import { closedLoop, type Requests, type Sent } from './measuring/closed-loop.js';
import type { Gains, SideFigures } from './measuring/sides.js';
import type { LoadOptions } from './options.js';

/** One question about the running application, answered by measuring it. */
export interface Scenario {
  readonly name: string;
  readonly question: string;
  /** About how long it takes with these options, in seconds. */
  seconds(options: LoadOptions): number;
  measure(scene: Scene): Promise<Findings>;
}

export interface Scene {
  readonly app: AppClient;
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  /** Prints progress. */
  readonly say: (progress: string) => void;
}

/** What a scenario found out. */
export interface Findings {
  /** The answer in plain words, first the most important sentence. */
  readonly answers: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly figures: readonly Figure[];
  readonly caveats: readonly string[];
}

/** The same requests answered in several ways. */
export interface Comparison {
  readonly title: string;
  readonly sides: readonly SideFigures[];
  /** The first side compared with each other one, by name of the other. */
  readonly gains: Readonly<Record<string, Gains>>;
}

/** One figure, and its limit if it has one. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return value <= atMost && value >= atLeast;
}

/** Sends the requests in a closed loop, with the options of the run. */
export function sendAll({ app, options, signal }: Scene, requests: Requests, amount: number): Promise<Sent> {
  const { connections, seconds } = options;
  return closedLoop({ url: app.url, requests, connections, amount, limitSeconds: 3 * seconds + 30, signal });
}
