import { setTimeout as wait } from 'node:timers/promises';
import type { AppClient } from '../app/app-client.js';
import { EngineUnavailableError } from '../../local/index.js';
import { callTreeOf, partsOf } from '../profile/call-tree.js';
import type { CpuProfile, Profiler } from '../profile/profiler.js';
import type { LoadOptions } from '../options.js';
import { type FoundScenario, foundBy } from '../report/report.js';
import type { Findings, Scenario } from '../scenario.js';
import { formatMinutes, Progress } from './progress.js';

const SETTLES_WITHIN_MS = 500;

export interface Run {
  readonly scenarios: readonly Scenario[];
  /** null if no scenario needs it. */
  readonly app: AppClient | null;
  readonly engineUrl: string | null;
  readonly options: LoadOptions;
  /** The profiler of the process that a scenario measures. null without --profile. */
  readonly profilerOf: (scenario: Scenario) => Profiler | null;
  readonly signal: AbortSignal;
  readonly say: (progress: string) => void;
}

export interface Outcome {
  readonly found: readonly FoundScenario[];
  readonly profiles: readonly ScenarioProfile[];
  /** Why the run is not complete, one sentence each. */
  readonly failures: readonly string[];
}

export interface ScenarioProfile {
  readonly scenario: string;
  readonly profile: CpuProfile;
}

/** Measures one scenario after the other. Stops at the first one that fails, with the findings so far. */
export async function measureAll(run: Run): Promise<Outcome> {
  const found: FoundScenario[] = [];
  const profiles: ScenarioProfile[] = [];
  const failures: string[] = [];
  const progress = new Progress(run.scenarios.map((scenario) => scenario.seconds(run.options)));
  for (const [i, scenario] of run.scenarios.entries()) {
    progress.start(i);
    const say = (what: string) => run.say(`${progress.left}. ${scenario.name}: ${what}`);
    say('starts');
    try {
      const profiler = run.profilerOf(scenario);
      await profiler?.start();
      // The start of a profile stops the process for some time. What waited for it has settled then.
      if (profiler) await wait(SETTLES_WITHIN_MS, undefined, { signal: run.signal });
      const startedAt = performance.now();
      const findings = await measure(scenario, { ...run, say });
      const seconds = (performance.now() - startedAt) / 1000;
      const profile = await profiler?.stop();
      if (profile) profiles.push({ scenario: scenario.name, profile });
      const tables = [...(findings.tables ?? []), ...(profile ? [partsOf(callTreeOf(profile))] : [])];
      found.push(foundBy(scenario, { ...findings, tables }, { seconds, options: run.options }));
      say(`took ${formatMinutes(seconds)} min`);
      // Servers finish what the scenario left behind.
      await wait(SETTLES_WITHIN_MS, undefined, { signal: run.signal });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isMissing = error instanceof EngineUnavailableError;
      // Without names all scenarios run that this machine can run.
      if (isMissing && run.options.scenarios.length === 0) say(`skipped. ${reason}`);
      else failures.push(`${scenario.name} failed. ${reason}`);
      if (!isMissing) break;
    }
  }
  return { found, profiles, failures };
}

async function measure(scenario: Scenario, run: Run): Promise<Findings> {
  const { app, engineUrl, options, signal, say } = run;
  const measuring =
    scenario.needs === 'servers'
      ? scenario.measure({ options, signal, say })
      : scenario.measure({ app: required(app), engineUrl, options, signal, say });
  // Not every scenario watches the signal.
  const interrupted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([measuring, interrupted]);
}

function required(app: AppClient | null): AppClient {
  if (app === null) throw new Error('The application was not started.');
  return app;
}
