import { setTimeout as wait } from 'node:timers/promises';
import { AppClient } from './app/app-client.js';
import { startStack } from './app/stack.js';
import { type LoadOptions, parseOptions, usageOf } from './options.js';
import type { Report } from './report/report.js';
import { saveReport } from './report/save.js';
import { describeMachine } from './report/machine.js';
import { formatReport } from './report/text.js';
import type { Findings, Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

// Progress is written to stderr, so that stdout contains only the report.
const say = (progress: string) => process.stderr.write(`${progress}\n`);

async function main(args: string[]): Promise<void> {
  const options = parseOptions(
    args,
    SCENARIOS.map(({ name }) => name),
  );
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(new Error(`Stopped by ${signal}.`)));
  }
  const { signal } = interruption;
  const stack = options.url === null ? await startStack(signal, say) : null;
  try {
    const app = new AppClient(options.url ?? stack?.url ?? '', process.env['OPERATOR_KEY'], signal);
    const report = await measure(app, options, signal, args);
    process.stdout.write(`${formatReport(report)}\n`);
    for (const file of await saveReport(report, options)) say(`Written to ${file}`);
    const failures = countFailures(report);
    if (failures > 0) throw new Error(`${failures} requests failed, so the figures above are invalid.`);
  } finally {
    await stack?.stop();
  }
}

async function measure(
  app: AppClient,
  options: LoadOptions,
  signal: AbortSignal,
  args: readonly string[],
): Promise<Report> {
  const engine = await app.cacheEngine();
  const chosen = SCENARIOS.filter(
    ({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name),
  );
  const scenarios: { scenario: Scenario; findings: Findings }[] = [];
  for (const [i, scenario] of chosen.entries()) {
    const left = chosen.slice(i).reduce((sum, next) => sum + next.seconds(options), 0);
    const prefix = `${scenario.name} (about ${Math.ceil(left / 60)} min left in all)`;
    const scene = { app, options, signal, say: (progress: string) => say(`${prefix}: ${progress}`) };
    scenarios.push({ scenario, findings: await scenario.measure(scene) });
    // The app finishes what the scenario left behind.
    await wait(500, undefined, { signal });
  }
  return {
    date: new Date().toISOString(),
    command: ['npm run load --', ...args].join(' '),
    machine: describeMachine(),
    engine,
    options,
    scenarios: scenarios.map(({ scenario: { name, question }, findings }) => ({
      name,
      question,
      ...findings,
    })),
  };
}

function countFailures({ scenarios }: Report): number {
  const sides = scenarios.flatMap(({ comparisons }) => comparisons.flatMap((it) => it.sides));
  return sides.reduce((sum, { failures }) => sum + failures, 0);
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${usageOf(SCENARIOS)}\n`);
} else {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
