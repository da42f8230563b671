import { access, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../local/launcher/command-line/options.js';
import type { LabOptions } from '../options.js';
import { formatClaims } from './claims.js';
import { formatHtml } from './html.js';
import type { LabReport } from './report.js';

const FOLDER = join('.data', 'lab');

/** Writes the report as JSON and as a page beside it, and that of all experiments as docs/claims.md. Resolves with the names of the files. */
export async function saveReport(report: LabReport, options: LabOptions): Promise<string[]> {
  const file = fileOf(options, report.date);
  const files = [
    [file, `${JSON.stringify(report, null, 2)}\n`],
    [`${file.replace(/\.json$/, '')}.html`, formatHtml(report)],
    ...(isComplete(options) ? [[join('docs', 'claims.md'), formatClaims(report)] as const] : []),
  ] as const;
  for (const [name, text] of files) {
    await mkdir(dirname(name), { recursive: true });
    await writeFile(name, text);
  }
  return files.map(([name]) => name);
}

/** docs/claims.md must not be replaced by less. */
function isComplete({ isAll, quick, topology }: LabOptions): boolean {
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
    if (report.experiments.every(({ timelines }) => Array.isArray(timelines))) return report;
  } catch {
    // Treated like a report of another version.
  }
  throw new UsageError(`${file} is not complete, or of another version. Remove --continue.`);
}

/** Call it before hours of measuring. @throws UsageError if the report cannot be written */
export async function requireWritable(options: LabOptions): Promise<void> {
  const file = fileOf(options, 'unused');
  try {
    await mkdir(dirname(file), { recursive: true });
    await access((await stat(file).catch(() => null)) ? file : dirname(file), constants.W_OK);
    if ((await stat(file).catch(() => null))?.isDirectory()) throw new Error('It is a folder.');
  } catch (error) {
    throw new UsageError(`--json ${file} cannot be written: ${(error as Error).message}`);
  }
}

function fileOf({ json, isAll }: LabOptions, date: string): string {
  return json ?? join(FOLDER, isAll ? 'all.json' : `${date.replaceAll(':', '-')}.json`);
}
