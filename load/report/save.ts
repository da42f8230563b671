import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoadOptions } from '../options.js';
import { formatHtml } from './html.js';
import type { Report } from './report.js';

/** Writes the report as JSON and HTML. Resolves with the names of the files. */
export async function saveReport(report: Report, { json, html }: LoadOptions): Promise<string[]> {
  const name = join('.data', 'load', report.date.replaceAll(':', '-'));
  const files = [
    [json ?? `${name}.json`, `${JSON.stringify(report, null, 2)}\n`],
    [html ?? `${name}.html`, formatHtml(report)],
  ] as const;
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return files.map(([file]) => file);
}
