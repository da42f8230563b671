import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Profile, profileNamed, PROFILES } from '../../local/index.js';
import { temporaryDirectory } from '../../local/machine/temporary-directory.js';
import { leftOut } from './left-out.js';

const SUITES = ['sessions', 'query-cache', 'leaderboard'].map((module) => `test/e2e/${module}/`);
const VITEST = 'node_modules/vitest/vitest.mjs';

/** The part of vitest's JSON report that is used here. */
interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Row {
  readonly profile: Profile;
  readonly report: Report | undefined;
}

/** Runs the modules' suites on the named profiles, or on all, and prints the matrix. */
async function main(names: readonly string[]): Promise<void> {
  const profiles = names.length > 0 ? names.map(profileNamed) : PROFILES;
  const directory = await temporaryDirectory('profiles');
  const rows: Row[] = [];
  for (const profile of profiles) {
    rows.push({ profile, report: await runSuites(profile, join(directory.path, `${profile.name}.json`)) });
  }
  await directory.remove();
  console.log(`\n${matrixOf(rows)}`);
  const failures = rows.flatMap(failuresOf);
  for (const failure of failures) console.log(`failed: ${failure}`);
  for (const { profile } of rows) {
    for (const { glob, reason } of leftOut(profile))
      console.log(`left out on ${profile.name}: ${glob}: ${reason}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

async function runSuites({ name }: Profile, file: string): Promise<Report | undefined> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const run = spawn(process.execPath, [VITEST, 'run', '--project', 'e2e', ...SUITES, ...reporters], {
    env: { ...process.env, TEST_PROFILE: name },
    stdio: 'inherit',
  });
  await once(run, 'exit');
  return readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Report,
    () => undefined,
  );
}

function matrixOf(rows: readonly Row[]): string {
  const lines = rows.map(({ profile, report }) => {
    const counts = report
      ? `${report.numPassedTests} | ${failuresOf({ profile, report }).length}`
      : 'no report |';
    const lacks = profile.lacks.map(({ what, cost }) => `${what}: ${cost}`).join('. ') || 'nothing';
    return `| ${profile.name} | ${counts} | ${leftOut(profile).length} | ${lacks} |`;
  });
  const head = '| profile | passed | failed | parts left out | what is missing, and what it costs |';
  return [head, '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}

function failuresOf({ profile, report }: Row): string[] {
  if (!report) return [`${profile.name}: vitest wrote no report`];
  return report.testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    // For example one whose servers did not start.
    if (failed.length === 0 && status === 'failed') return [`${profile.name}: ${name}`];
    return failed.map(({ fullName }) => `${profile.name}: ${fullName}`);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
