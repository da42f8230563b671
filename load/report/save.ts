import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Changes } from './changes.js';
import { formatHtml } from './html.js';
import type { Report } from './report.js';

/** Writes the report as JSON and HTML. Resolves with the names of the files. */
export async function saveReport(report: Report, changes: Changes | null): Promise<string[]> {
  const { json, html } = report.options;
  const name = join('.data', 'load', report.date.replaceAll(':', '-'));
  const files = [
    [json ?? `${name}.json`, `${JSON.stringify(report, null, 2)}\n`],
    [html ?? `${name}.html`, formatHtml(report, changes)],
  ] as const;
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return files.map(([file]) => file);
}
