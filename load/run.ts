import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppClient } from './queries/app-client.js';
import { boardLoads, formatMeasured } from './leaderboards/board-loads.js';
import { compareAll, type Comparison, type LoadRun } from './queries/compare.js';
import { countFlights, drawFlightQueries } from './queries/flight-queries.js';
import { describeMachine } from './machine.js';
import { parseOptions, usage, type LoadOptions } from './options.js';
import type { Figures } from './measuring/series.js';
import { startStack } from './stack.js';
import { stateCaveats, stateGain } from './queries/statements.js';
import { formatTable } from './queries/table.js';

/** Longer than a round of queries, because p99 needs more samples. */
const boardSeconds = '15';

interface LoadReport {
  date: string;
  machine: ReturnType<typeof describeMachine>;
  engine: string;
  datasetRows: number;
  options: LoadOptions;
  queries: Comparison[];
  floor: Figures;
}

// Progress is written to stderr, so that stdout contains only the report.
const say = (progress: string) => process.stderr.write(`${progress}\n`);

async function main([name = '', ...more]: string[]): Promise<void> {
  const boardLoad = Object.hasOwn(boardLoads, name) ? boardLoads[name] : undefined;
  const options = parseOptions(boardLoad ? ['--seconds', boardSeconds, ...more] : process.argv.slice(2));
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(new Error(`Stopped by ${signal}.`)));
  }
  const { signal } = interruption;

  const stack = options.url === null ? await startStack(signal, say) : null;
  try {
    const url = options.url ?? stack?.url ?? '';
    if (boardLoad) {
      const measured = await boardLoad({ url, seconds: options.seconds, signal, say });
      process.stdout.write(`${describeHost()}\n\n${formatMeasured(measured)}\n`);
      return;
    }
    const app = new AppClient(url, process.env['OPERATOR_KEY'], signal);
    const report = await measure({ app, options, signal, say });
    print(report);
    await save(report);
    if (countFailures(report) > 0) {
      throw new Error(`${countFailures(report)} requests failed, so the figures above are invalid.`);
    }
  } finally {
    await stack?.stop();
  }
}

async function measure(run: LoadRun): Promise<LoadReport> {
  const engine = await run.app.cacheEngine();
  const datasetRows = await countFlights(run.app);
  run.say(`${run.app.url}: ${datasetRows} flights, cache on ${engine}`);
  const { comparisons, floor } = await compareAll(run, await drawFlightQueries(run.app, datasetRows));
  const { app, options } = run;
  return {
    date: new Date().toISOString(),
    machine: describeMachine(),
    engine,
    datasetRows,
    options: { ...options, url: app.url },
    queries: comparisons,
    floor,
  };
}

function describeHost(machine = describeMachine()): string {
  return `${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}`;
}

function print({ machine, engine, datasetRows, options, queries, floor }: LoadReport): void {
  const { rounds, seconds, connections } = options;
  const lines = [
    `${describeHost(machine)}, cache on ${engine}, ${datasetRows.toLocaleString('en-US')} flights`,
    `${rounds} rounds of about ${seconds} s per side, uncached and cached alternate, ${connections} concurrent clients`,
    '',
    formatTable(queries, floor),
    '',
    ...queries.map((query) => stateGain(query, floor)),
    ...stateCaveats(queries),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function save(report: LoadReport): Promise<void> {
  const file = report.options.json ?? join('.data', 'load', `${report.date.replaceAll(':', '-')}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  say(`Figures written to ${file}`);
}

function countFailures({ queries, floor }: LoadReport): number {
  return queries.reduce(
    (sum, { uncached, cached }) => sum + uncached.failures + cached.failures,
    floor.failures,
  );
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${usage}\n`);
} else {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
