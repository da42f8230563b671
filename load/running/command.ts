import { AppClient } from '../app/app-client.js';
import { type Stack, startStack } from '../app/stack.js';
import { type LoadOptions, parseOptions } from '../options.js';
import { describeMachine } from '../report/machine.js';
import { changesBetween } from '../report/changes.js';
import { readReport } from '../report/read.js';
import { type Report, REPORT_VERSION } from '../report/report.js';
import { saveReport } from '../report/save.js';
import { formatReport } from '../report/text.js';
import { ownProfiler, profilerAt } from '../profile/profiler.js';
import { isMet, type Scenario } from '../scenario.js';
import { choose } from './choose.js';
import { interruption } from './interruption.js';
import { measureAll, type Outcome, type ScenarioProfile } from './measure-all.js';

/** A command that measures some of its scenarios. */
export interface Command {
  /** For example "npm run load". */
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Whether a missed goal is a failure of the run. */
  readonly mustMeetGoals: boolean;
}

// Progress is written to stderr, so that stdout contains only the report.
export const say = (progress: string) => void process.stderr.write(`${progress}\n`);

/** Resolves with the exit code: 1 if something failed, after one sentence about it. */
export async function runCommand(command: Command, args: string[]): Promise<number> {
  try {
    const options = parseOptions(args, command.scenarios);
    const old = options.compare === null ? null : await readReport(options.compare);
    const line = [command.name, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const failures = await run(command, options, { line, old });
    for (const failure of failures) say(failure);
    return failures.length === 0 ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** Resolves with what failed, one sentence each. */
async function run(
  command: Command,
  options: LoadOptions,
  { line, old }: { line: string; old: Report | null },
): Promise<string[]> {
  const { chosen: scenarios, leftOut } = choose(command.scenarios, options);
  if (leftOut.length > 0) say(`--quick leaves out ${leftOut.map(({ name }) => name).join(', ')}.`);
  const signal = interruption();
  const needsApp = scenarios.some(({ needs }) => needs !== 'servers');
  const stack = needsApp && options.url === null ? await startStack(signal, say) : null;
  try {
    const app = needsApp ? appAt(options, stack, signal) : null;
    const engine = (await app?.cacheEngine()) ?? null;
    const profilers = options.profile ? await profilersOf(stack) : null;
    const outcome = await measureAll({
      scenarios,
      profilerOf: ({ needs }) => profilers?.[needs ?? 'app'] ?? null,
      app,
      engineUrl: stack?.engineUrl ?? null,
      options,
      signal,
      say,
    });
    const report: Report = {
      version: REPORT_VERSION,
      date: new Date().toISOString(),
      command: line,
      machine: describeMachine(),
      engine,
      options,
      scenarios: [...outcome.found],
    };
    profilers?.servers.close();
    profilers?.app?.close();
    if (report.scenarios.length > 0) await publish(report, old, outcome.profiles);
    return failuresOf(command, outcome);
  } finally {
    await stack?.stop();
  }
}

function appAt({ url }: LoadOptions, stack: Stack | null, signal: AbortSignal): AppClient {
  return new AppClient(url ?? stack?.url ?? '', process.env['OPERATOR_KEY'], signal);
}

/** Of the app, and of this process, in which the scenarios without an app run what they measure. */
async function profilersOf(stack: Stack | null) {
  return { app: stack && (await profilerAt(await stack.inspect())), servers: await ownProfiler() };
}

async function publish(
  report: Report,
  old: Report | null,
  profiles: readonly ScenarioProfile[],
): Promise<void> {
  const changes = old && changesBetween(old, report);
  process.stdout.write(`${formatReport(report, changes)}\n`);
  for (const file of await saveReport(report, changes, profiles)) say(`Written to ${file}`);
}

function failuresOf({ mustMeetGoals }: Command, { found, failures }: Outcome): string[] {
  const sides = found.flatMap(({ comparisons }) => comparisons.flatMap((comparison) => comparison.sides));
  const failed = sides.reduce((sum, side) => sum + side.failures, 0);
  const missed = found.flatMap(({ figures }) => figures.filter((figure) => !isMet(figure))).length;
  return [
    ...failures,
    ...(failed > 0 ? [`${failed} requests failed, so the figures above are invalid.`] : []),
    ...(mustMeetGoals && missed > 0 ? [`${missed} goals missed, see above.`] : []),
  ];
}
