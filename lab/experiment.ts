import type { EngineStack } from '../local/index.js';
import type { Timeline } from './timeline/timeline.js';

export type Engine = 'valkey' | 'redis';
export type Topology = 'standalone' | EngineStack['topology'];

/** One claim, put to the test on real servers. Its file reads as a story: set-up, fault, what was seen. */
export interface Experiment {
  readonly name: string;
  /** The sentence that holds or does not hold. */
  readonly claim: string;
  /** What is done and counted, in one or two sentences. */
  readonly method: string;
  /** The first one is the default. `all` tries each of them. */
  readonly topologies: readonly Topology[];
  /** About how long one run takes, in seconds. */
  seconds(options: { readonly quick: boolean }): number;
  /** One run on servers of its own. */
  run(scene: Scene): Promise<Observation>;
  /** What was seen, in plain words. The most important sentence comes first. */
  answers(worst: FigureReader, median: FigureReader): readonly string[];
}

export interface Scene {
  /** Short phases and little load. The figures are less certain. */
  readonly quick: boolean;
  readonly engine: Engine;
  readonly topology: Topology;
  readonly signal: AbortSignal;
  /** Prints progress. */
  readonly say: (progress: string) => void;
  /** Starts something that is stopped when the run ends, however it ends. What started last is stopped first. */
  start<T extends Stoppable>(starting: Promise<T>): Promise<T>;
}

export interface Stoppable {
  stop(): Promise<unknown>;
  /** Of app nodes: rejections that nothing handled, and nodes that ended by themselves. */
  readonly unexpected?: readonly string[];
}

/** What one run has seen. */
export interface Observation {
  /** The same ones in each run, in the order of the report. */
  readonly figures: readonly Figure[];
  readonly timelines?: readonly Timeline[];
  /** Limits of this run, one sentence each. */
  readonly caveats?: readonly string[];
}

/** One figure of each side, for example of the module and of the textbook. */
export interface Figure {
  readonly name: string;
  /** For example "s". Undefined for a count. */
  readonly unit?: string;
  /** By side. null: it never happened within the run. */
  readonly values: Readonly<Record<string, number | null>>;
  readonly goal?: Goal;
}

/** Holds in every run, or the claim does not hold. */
export interface Goal {
  readonly side: string;
  readonly atMost?: number;
  /** Twice the value of this side is good enough too: that of a control, which does nothing on the same machine at the same time. */
  readonly orTwice?: string;
  readonly atLeast?: number;
}

/** The worst value of all runs, or their median, with its unit: for example "2.4 s". */
export type FigureReader = (name: string, side?: string) => string;
