import { fileURLToPath } from 'node:url';
import { buildStale, SERVER } from '../../local/launcher/app/build.js';
import { ensureEngine } from '../../local/installation/ensure-engine.js';
import { formatMinutes, Progress } from '../../load/running/progress.js';
import type { Engine, Experiment, Observation } from '../experiment.js';
import { ENGINES, type LabOptions, runsOf } from '../options.js';
import { type ExperimentResult, hasFailed } from '../report/report.js';
import { answersOf, summarize, verdictOf } from '../verdict/verdict.js';
import { recomputeAnswers } from './recompute-answers.js';
import { Resources } from './resources.js';
import { isOf, type Trial, trialsOf } from './trials.js';
import { describeVersions } from './versions.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Head = ReturnType<typeof headOf>;

interface Run {
  readonly signal: AbortSignal;
  readonly say: (progress: string) => void;
}

interface Series extends Run {
  /** Results of an interrupted run. Their experiments are skipped, except those that failed or lack a figure that a sentence needs now. */
  readonly earlier: readonly ExperimentResult[];
  /** Called with all results after each experiment, so that none is lost if the process ends. Called once if no experiment is left. */
  readonly save: (results: readonly ExperimentResult[]) => Promise<void>;
}

export interface Outcome {
  readonly results: readonly ExperimentResult[];
  /** Why the run is not complete, one sentence each. */
  readonly failures: readonly string[];
}

/**
 * Runs one experiment after the other, also after one has failed.
 *
 * @throws EngineUnavailableError
 */
export async function runAll(options: LabOptions, { signal, say, earlier, save }: Series): Promise<Outcome> {
  const wanted = trialsOf(options);
  let results = recomputeAnswers(earlier, wanted);
  const isDone = (trial: Trial) => results.some((result) => isOf(result, trial) && !hasFailed(result));
  const trials = wanted.filter((trial) => !isDone(trial));
  if (trials.length === 0) {
    await save(results);
    return { results, failures: [] };
  }
  const progress = new Progress(
    trials.map(({ experiment }) => runsOf(options) * experiment.seconds(options)),
  );
  const failures: string[] = [];
  const kind = options.engine ?? earlier[0]?.engine;
  const program = await ensureEngine(kind ? [kind] : ENGINES);
  const engine = program.kind as Engine;
  const versions = await describeVersions(root, program);
  for (const [i, trial] of trials.entries()) {
    if (signal.aborted) break;
    progress.start(i);
    const name = `${trial.experiment.name} (${trial.topology})`;
    const run = { signal, say: (what: string) => say(`${progress.left}. ${name}: ${what}`) };
    const head = headOf(trial, engine, runsOf(options), versions);
    const result = await runTrial(trial, head, options, run).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`${name} failed. ${reason}`);
      return failedResult(head, reason);
    });
    if (signal.aborted && hasFailed(result)) break;
    results = [...results.filter((one) => !isOf(one, trial)), result];
    await save(results);
  }
  return { results, failures };
}

async function runTrial(
  { experiment, topology }: Trial,
  head: Head,
  options: LabOptions,
  run: Run,
): Promise<ExperimentResult> {
  const startedAt = performance.now();
  const observations: Observation[] = [];
  const { engine, runs } = head;
  for (let i = 1; i <= runs; i++) {
    const say = (what: string) => run.say(runs === 1 ? what : `run ${i} of ${runs}: ${what}`);
    observations.push(
      await observe(experiment, { engine, topology, quick: options.quick, signal: run.signal, say }),
    );
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const figures = summarize(observations.map((observation) => observation.figures));
  run.say(`took ${formatMinutes(seconds)} min`);
  return {
    ...head,
    date: new Date().toISOString(),
    seconds,
    verdict: verdictOf(figures),
    answers: answersOf(experiment, figures),
    figures,
    timelines: observations.at(-1)?.timelines ?? [],
    caveats: mergeCaveats(observations.map(({ caveats = [] }) => caveats)),
  };
}

/** Each once. What differs from run to run only after a colon is one sentence: "Failed requests of the module side: session 503 (3); session 503 (5)." */
export function mergeCaveats(runs: readonly (readonly string[])[]): string[] {
  const byStart = new Map<string, string[]>();
  for (const caveat of new Set(runs.flat())) {
    const [start = '', ...rest] = caveat.split(': ');
    byStart.set(start, [...(byStart.get(start) ?? []), rest.join(': ').replace(/\.$/, '')]);
  }
  return [...byStart].map(([start, rests]) =>
    rests.join('') === '' ? start : `${start}: ${rests.join('; ')}.`,
  );
}

/** The result of a trial that ended with an error: no figures, and the first line of the reason. */
function failedResult(head: Head, reason: string): ExperimentResult {
  return {
    ...head,
    date: new Date().toISOString(),
    seconds: 0,
    verdict: `failed: ${(reason.split('\n')[0] ?? '').replace(/[.:]$/, '')}`,
    answers: [],
    figures: [],
    timelines: [],
    caveats: [],
  };
}

function headOf({ experiment, topology }: Trial, engine: Engine, runs: number, versions: string) {
  const { name, claim, method } = experiment;
  return { name, claim, method, engine, topology, runs, versions };
}

/** One run. Its servers have stopped when it resolves or rejects. */
async function observe(
  experiment: Experiment,
  setting: Omit<Parameters<Experiment['run']>[0], 'start'>,
): Promise<Observation> {
  const resources = new Resources();
  const { signal } = setting;
  // Not every step of an experiment watches the signal.
  const over = new AbortController();
  const interrupted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  interrupted.catch(() => undefined);
  try {
    await Promise.race([build(setting.say), interrupted]);
    const observing = experiment.run({ ...setting, start: (starting) => resources.start(starting) });
    // After an interruption its error is not read.
    observing.catch(() => undefined);
    const observation = await Promise.race([observing, interrupted]);
    return { ...observation, figures: [...observation.figures, ...resources.figures] };
  } finally {
    over.abort();
    await resources.stop();
  }
}

/** Builds the app, unless it is up to date. */
async function build(say: Run['say']): Promise<void> {
  await buildStale(root, [SERVER], (name) => say(`builds the ${name}`));
}
