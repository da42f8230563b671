import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Changes } from './changes.js';
import { callTreeOf } from '../profile/call-tree.js';
import { flameGraphOf } from '../profile/flame-graph.js';
import type { ScenarioProfile } from '../running/measure-all.js';
import { formatHtml } from './html.js';
import type { Report } from './report.js';

/** Writes the report as JSON and HTML, and each profile and its flame graph beside it. Resolves with the names of the files. */
export async function saveReport(
  report: Report,
  changes: Changes | null,
  profiles: readonly ScenarioProfile[],
): Promise<string[]> {
  const name = join('.data', 'load', report.date.replaceAll(':', '-'));
  const { json, html } = report.options;
  const page = html ?? `${name}.html`;
  const files = [
    [json ?? `${name}.json`, `${JSON.stringify(report, null, 2)}\n`],
    [page, formatHtml(report, changes)],
    ...profiles.flatMap(({ scenario, profile }) => {
      const beside = `${page.replace(/\.html$/, '')}-${scenario}`;
      return [
        [`${beside}.cpuprofile`, JSON.stringify(profile)],
        [`${beside}.svg`, flameGraphOf(callTreeOf(profile), scenario)],
      ] as const;
    }),
  ] as const;
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return files.map(([file]) => file);
}
