import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LabOptions } from '../options.js';
import { formatClaims } from './claims.js';
import { formatHtml } from './html.js';
import type { LabReport } from './report.js';

/** Writes the report as JSON and as a page beside it, and that of all experiments as docs/claims.md. Resolves with the names of the files. */
export async function saveReport(
  report: LabReport,
  { json, isAll }: Pick<LabOptions, 'json' | 'isAll'>,
): Promise<string[]> {
  const file = json ?? join('.data', 'lab', `${report.date.replaceAll(':', '-')}.json`);
  const files = [
    [file, `${JSON.stringify(report, null, 2)}\n`],
    [`${file.replace(/\.json$/, '')}.html`, formatHtml(report)],
    ...(isAll ? [[join('docs', 'claims.md'), formatClaims(report)] as const] : []),
  ] as const;
  for (const [name, text] of files) {
    await mkdir(dirname(name), { recursive: true });
    await writeFile(name, text);
  }
  return files.map(([name]) => name);
}
