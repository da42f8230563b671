import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { MeasuredClaim } from '../console.wire.js';
import { type Claim, CLAIMS } from './claims.js';

/** How many reports with a date as name are read of each command, newest first. All other files are read. */
const MOST_REPORTS = 30;
const DATED = /^\d{4}-\d{2}-\d{2}T/;
const KEPT_MS = 10_000;
const HOLDS = 'holds';

const measurement = z.object({
  date: z.iso.datetime(),
  machine: z.object({ cpu: z.string(), cores: z.number() }),
  options: z.object({ quick: z.boolean() }),
});
const result = z.object({
  name: z.string(),
  /** When it was measured. Missing: see the date of the report. */
  date: z.iso.datetime().optional(),
  /** Of the engine, in an experiment of the lab. */
  topology: z.string().optional(),
  answers: z.array(z.string()),
});

/** What both commands save, in one form. */
const reportSchema = z.union([
  measurement.extend({ scenarios: z.array(result) }).transform(({ scenarios, ...report }) => ({
    ...report,
    results: scenarios.map((one) => ({ ...one, verdict: HOLDS })),
  })),
  measurement
    .extend({ experiments: z.array(result.extend({ verdict: z.string() })) })
    .transform(({ experiments, ...report }) => ({ ...report, results: experiments })),
]);

type Report = z.output<typeof reportSchema>;
type Reports = Record<Claim['command'], readonly Report[]>;

/** The claims with their last results on this machine. */
export class ClaimsService {
  private measured: Promise<MeasuredClaim[]> | undefined;
  private readAt = 0;

  /** @param folder where `npm run load` and `npm run lab` save their reports, in folders of these names. They may be missing. */
  constructor(private readonly folder: string) {}

  /** Reads the reports at most once in 10 s. */
  claims(): Promise<MeasuredClaim[]> {
    const now = Date.now();
    if (this.measured && now - this.readAt < KEPT_MS) return this.measured;
    this.readAt = now;
    return (this.measured = this.measure());
  }

  private async measure(): Promise<MeasuredClaim[]> {
    const [load, lab] = await Promise.all([this.newestReports('load'), this.newestReports('lab')]);
    const reports: Reports = { load, lab };
    return CLAIMS.map(({ sentence, command, name }) => ({
      sentence,
      command: `npm run ${command} -- ${name}`,
      result: lastResult(reports[command], name),
    }));
  }

  private async newestReports(command: Claim['command']): Promise<Report[]> {
    const folder = join(this.folder, command);
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    // Files that people named, and all.json of the lab, are few.
    const named = names.filter((name) => !DATED.test(name));
    const dated = names.filter((name) => DATED.test(name)).toSorted();
    const read = [...named, ...dated.slice(-MOST_REPORTS)];
    const reports = await Promise.all(read.map((name) => readReport(join(folder, name))));
    return reports.filter((report) => report !== null);
  }
}

function lastResult(reports: readonly Report[], name: string): MeasuredClaim['result'] {
  const found = reports.flatMap(({ date, machine, options, results }) =>
    results
      .filter((one) => one.name === name && (one.answers.length > 0 || one.verdict !== HOLDS))
      .map((one) => ({ ...one, date: one.date ?? date, machine, isQuick: options.quick })),
  );
  const newestFirst = found.toSorted((a, b) => b.date.localeCompare(a.date));
  const newest = newestFirst.filter(
    ({ topology }, i) => newestFirst.findIndex((one) => one.topology === topology) === i,
  );
  // The newest result of each topology counts, and the claim must hold in all of them. A failed run shows nothing.
  const decisive = newest.find(({ verdict }) => verdict !== HOLDS) ?? newest[0];
  if (!decisive) return null;
  const { date, machine, isQuick } = decisive;
  return { answers: withVerdict(decisive), date, machine: `${machine.cores} x ${machine.cpu}`, isQuick };
}

/** An experiment of the lab whose claim does not hold says so first. */
function withVerdict({
  verdict,
  topology,
  answers,
}: z.output<typeof result> & { verdict: string }): string[] {
  const where = topology === undefined ? '' : ` (${topology})`;
  return verdict === HOLDS ? answers : [`It ${verdict}${where}.`, ...answers];
}

/** null for a file that is no report of this version: people may keep others there. */
async function readReport(file: string): Promise<Report | null> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
