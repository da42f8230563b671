import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { MeasuredClaim } from '../console.wire.js';
import { CLAIMS } from './claims.js';

/** The newest reports of `npm run load` are enough: each of them has several scenarios. */
const MOST_REPORTS = 30;
const KEPT_MS = 10_000;

const reportSchema = z.object({
  date: z.iso.datetime(),
  machine: z.object({ cpu: z.string(), cores: z.number() }),
  options: z.object({ quick: z.boolean() }),
  scenarios: z.array(z.object({ name: z.string(), answers: z.array(z.string()) })),
});

type Report = z.output<typeof reportSchema>;

/** The claims with their last results on this machine. */
export class ClaimsService {
  private measured: Promise<MeasuredClaim[]> | undefined;
  private readAt = 0;

  /** @param folder where `npm run load` saves its reports. It may be missing. */
  constructor(private readonly folder: string) {}

  /** Reads the reports at most once in 10 s. */
  claims(): Promise<MeasuredClaim[]> {
    const now = Date.now();
    if (this.measured && now - this.readAt < KEPT_MS) return this.measured;
    this.readAt = now;
    return (this.measured = this.measure());
  }

  private async measure(): Promise<MeasuredClaim[]> {
    const reports = await this.newestReports();
    return CLAIMS.map(({ sentence, scenario }) => ({
      sentence,
      command: `npm run load -- ${scenario}`,
      result: lastResult(reports, scenario),
    }));
  }

  private async newestReports(): Promise<Report[]> {
    // The names of the files begin with the time.
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    const newest = names.toSorted().toReversed().slice(0, MOST_REPORTS);
    const reports = await Promise.all(newest.map((name) => readReport(join(this.folder, name))));
    return reports.filter((report) => report !== null).toSorted((a, b) => b.date.localeCompare(a.date));
  }
}

function lastResult(reports: readonly Report[], scenario: string): MeasuredClaim['result'] {
  for (const { date, machine, options, scenarios } of reports) {
    const answers = scenarios.find(({ name }) => name === scenario)?.answers ?? [];
    if (answers.length === 0) continue;
    return { answers, date, machine: `${machine.cores} x ${machine.cpu}`, isQuick: options.quick };
  }
  return null;
}

/** null for a file that is no report of this version: people may keep others there. */
async function readReport(file: string): Promise<Report | null> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
