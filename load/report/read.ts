import { readFile } from 'node:fs/promises';
import { type Report, REPORT_VERSION } from './report.js';

/** Reads a report that an earlier run has saved. Rejects with one sentence that names the file. */
export async function readReport(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`--compare cannot read ${file} (${cause.code}).`, { cause });
  });
  const report = parse(text);
  if (!report || !Array.isArray(report.scenarios))
    throw new Error(`--compare needs the JSON file of an earlier run, and ${file} is none.`);
  if (report.version !== REPORT_VERSION)
    throw new Error(
      `--compare cannot use ${file}: it is a report of version ${report.version ?? 1}, and this is version ${REPORT_VERSION}. Make a new report to compare with.`,
    );
  return report as Report;
}

function parse(text: string): Partial<Report> | null {
  try {
    return JSON.parse(text) as Partial<Report> | null;
  } catch {
    return null;
  }
}
