import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../local/launcher/command-line/options.js';
import type { LabOptions } from '../options.js';
import { isOf, type Trial, trialsOf } from '../running/trials.js';
import { formatClaims } from './claims.js';
import { formatHtml } from './html.js';
import type { LabReport } from './report.js';

const FOLDER = join('.data', 'lab');
const CLAIMS = join('docs', 'claims.md');

/** Writes the report as JSON and as a page beside it, and as docs/claims.md once it has all results. Resolves with the names of the files. */
export async function saveReport(report: LabReport, options: LabOptions): Promise<string[]> {
  const file = fileOf(options, report.date);
  const files = [
    [file, `${JSON.stringify(report, null, 2)}\n`],
    [pageOf(file), formatHtml(report)],
    ...(isComplete(report, options) ? [[CLAIMS, formatClaims(report)] as const] : []),
  ] as const;
  for (const [name, text] of files) {
    await mkdir(dirname(name), { recursive: true });
    await writeFile(name, text);
  }
  return files.map(([name]) => name);
}

/** docs/claims.md must not be replaced by less, for example by the results of an interrupted run. */
function isComplete({ experiments }: LabReport, options: LabOptions): boolean {
  const hasResult = (trial: Trial) => experiments.some((result) => isOf(result, trial));
  return writesClaims(options) && trialsOf(options).every(hasResult);
}

function writesClaims({ isAll, quick, topology }: LabOptions): boolean {
  return isAll && !quick && topology === null;
}

/**
 * The report of the run that is continued. null without --continue.
 *
 * @throws UsageError if there is none, or if it is of another kind of run, machine or engine
 */
export async function earlierReport(
  options: LabOptions,
  machine: LabReport['machine'],
): Promise<LabReport | null> {
  if (!options.isContinued) return null;
  const file = fileOf(options, '');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`There is no ${file} to continue. Remove --continue.`);
  });
  const earlier = parse(file, text);
  if (earlier.options.quick !== options.quick) {
    throw new UsageError(
      `${file} is of a ${earlier.options.quick ? 'quick' : 'full'} run. Remove --continue.`,
    );
  }
  if (JSON.stringify(earlier.machine) !== JSON.stringify(machine)) {
    throw new UsageError(`${file} was measured on another machine. Remove --continue.`);
  }
  const other = earlier.experiments.find(
    ({ engine }) => options.engine !== null && engine !== options.engine,
  );
  if (other) {
    throw new UsageError(
      `${file} has results of ${other.engine}. Choose --engine ${other.engine}, or remove --continue.`,
    );
  }
  return earlier;
}

function parse(file: string, text: string): LabReport {
  try {
    const report = JSON.parse(text) as LabReport;
    if (report.experiments.every(({ versions }) => typeof versions === 'string')) return report;
  } catch {
    // Treated like a report of another version.
  }
  throw new UsageError(`${file} is not complete, or of another version. Remove --continue.`);
}

/** Call it before hours of measuring. @throws UsageError if a file of the report cannot be written */
export async function requireWritable(options: LabOptions): Promise<void> {
  const file = fileOf(options, 'unused');
  for (const name of [file, pageOf(file), ...(writesClaims(options) ? [CLAIMS] : [])]) {
    try {
      await mkdir(dirname(name), { recursive: true });
      const existing = await stat(name).catch(() => null);
      if (existing?.isDirectory()) throw new Error('it is a folder');
      await access(existing ? name : dirname(name), constants.W_OK);
    } catch (error) {
      throw new UsageError(`${name} cannot be written: ${(error as Error).message}.`);
    }
  }
}

function pageOf(file: string): string {
  return `${file.replace(/\.json$/, '')}.html`;
}

function fileOf({ json, isAll }: LabOptions, date: string): string {
  return json ?? join(FOLDER, isAll ? 'all.json' : `${date.replaceAll(':', '-')}.json`);
}
