import type { SideFigures } from '../measuring/sides.js';
import { parseOptions } from '../options.js';
import type { Findings } from '../scenario.js';
import { foundBy, type Report, REPORT_VERSION } from './report.js';

/** A report of one scenario with these findings. */
export function reportWith(findings: Findings): Report {
  const scenario = { name: 'query-cache', question: 'How much faster is a cached answer?', seconds: () => 1 };
  const options = parseOptions([], []);
  return {
    version: REPORT_VERSION,
    date: '2026-11-28T12:00:00.000Z',
    command: 'npm run load',
    machine: { cpu: 'CPU', cores: 2, memoryGiB: 24, node: 'v20.20.2', platform: 'linux x64 6' },
    engine: 'valkey standalone',
    options,
    scenarios: [
      foundBy({ ...scenario, measure: () => Promise.resolve(findings) }, findings, { seconds: 1, options }),
    ],
  };
}

/** A side that answered 1,000 requests in ten rounds of a second, 100 of them from the database. */
export function sideNamed(name: string): SideFigures {
  return {
    name,
    requests: 1_000,
    failures: 0,
    requestsPerSecond: { median: 100, quartiles: [90, 110] },
    p50Ms: 2,
    p90Ms: 4,
    p99Ms: 9,
    distribution: [
      [50, 2],
      [90, 4],
      [99, 9],
    ],
    counts: { databaseQueries: 100 },
    rounds: Array.from({ length: 10 }, (_, i) => ({
      startedAt: 2 * i,
      seconds: 1,
      requests: 100,
      counts: { databaseQueries: 10 },
    })),
  };
}
