import type { AppClient } from './app/app-client.js';
import { closedLoop, type Requests, type Sent } from './measuring/closed-loop.js';
import type { Interval } from './measuring/gain.js';
import type { Gains, SideFigures } from './measuring/sides.js';
import type { LoadOptions } from './options.js';
import type { LengthOption } from './usage.js';

/** One question, answered by measuring. */
export type Scenario = AppScenario | ServersScenario;

/** It measures the running application. */
export interface AppScenario extends Question {
  readonly needs?: 'app';
  measure(scene: Scene): Promise<Findings>;
}

/** It starts what it measures, and needs no application. */
export interface ServersScenario extends Question {
  readonly needs: 'servers';
  measure(setting: Setting): Promise<Findings>;
}

interface Question {
  readonly name: string;
  readonly question: string;
  /** How it is measured, in one or two lines. */
  readonly method?: string;
  /** The options that it uses. Default: all of them. */
  readonly uses?: readonly LengthOption[];
  /** Takes long also with short rounds: left out by --quick, unless it is named. */
  readonly isLong?: boolean;
  /** About how long it takes with these options, in seconds. */
  seconds(options: LoadOptions): number;
}

export interface Setting {
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  /** Prints progress. */
  readonly say: (progress: string) => void;
}

export interface Scene extends Setting {
  readonly app: AppClient;
  /** The engine of a stack that the run has started, without a password. null for an app that runs elsewhere. */
  readonly engineUrl: string | null;
}

/** What a scenario found out. */
export interface Findings {
  /** The answer in a few words, for the top of the page. */
  readonly headline?: string;
  /** The answer in plain words, first the most important sentence. */
  readonly answers?: readonly string[];
  readonly comparisons?: readonly Comparison[];
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
  readonly curves?: readonly Curve[];
  readonly caveats?: readonly string[];
  /** Names and versions of the servers that the scenario started, for example "valkey-server 8.0.1". */
  readonly servers?: string;
}

/** The same requests answered in several ways. */
export interface Comparison {
  readonly title: string;
  /** Concurrent clients. Less than in the options if a request takes long. */
  readonly connections: number;
  readonly sides: readonly SideFigures[];
  /** The first side compared with each other one, by name of the other. */
  readonly gains: Readonly<Record<string, Gains>>;
}

/** One figure, and its goal if it has one. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  /** If the value is the median of several rounds. */
  readonly interval?: Interval;
  /** For example "ms". Undefined for a ratio or a count. */
  readonly unit?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Table {
  readonly title: string;
  /** The first row is the header. The first two columns are names. */
  readonly rows: readonly (readonly string[])[];
}

/** How something grows, as a plot and as a table. */
export interface Curve {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Those of one curve have the same inputs, in ascending order. */
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

export interface Axis {
  readonly label: string;
  /** A linear axis starts at 0. */
  readonly isLog: boolean;
}

export type Point = readonly [x: number, y: number];

export function hasGoal({ atMost, atLeast }: Figure): boolean {
  return atMost !== undefined || atLeast !== undefined;
}

export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return value <= atMost && value >= atLeast;
}

/** Sends the requests in a closed loop. */
export function sendAll(
  { app, options, signal }: Scene,
  requests: Requests,
  { amount, connections }: { amount: number; connections: number },
): Promise<Sent> {
  const limitSeconds = 3 * options.seconds + 30;
  return closedLoop({ url: app.url, requests, connections, amount, limitSeconds, signal });
}
