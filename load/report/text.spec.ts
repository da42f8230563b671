import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.js';
import { reportWith, sideNamed } from './report.fixture.js';
import { formatReport } from './text.js';

const reportOf = (value: number) =>
  reportWith({
    answers: ['Yes.'],
    tables: [
      {
        title: 'loads',
        rows: [
          ['engine', 'callers', 'loads'],
          ['valkey', '500', '1'],
        ],
      },
    ],
    figures: [{ figure: 'p99 of a read', value, unit: 'ms', atMost: 6 }],
  });

describe('formatReport', () => {
  it('prints machine, answer, tables and goals', () => {
    expect(formatReport(reportOf(7.123)).split('\n')).toEqual([
      '2 x CPU, 24 GiB, linux x64 6, Node v20.20.2; cache on valkey standalone; 2026-11-28T12:00:00.000Z',
      '',
      '== query-cache: How much faster is a cached answer?',
      'Yes.',
      '',
      'loads:',
      'engine  callers  loads',
      '----------------------',
      'valkey  500          1',
      '',
      'p99 of a read  MISSED  7.12 ms  at most 6 ms',
    ]);
  });

  it('prints the rate of a side with its quartiles', () => {
    const comparison = { title: 'one route', connections: 4, sides: [sideNamed('module')], gains: {} };
    const lines = formatReport(reportWith({ comparisons: [comparison] })).split('\n');
    expect(lines.slice(-2)).toEqual([
      '           side    requests  req/s (quartiles)  p50 ms  p90 ms  p99 ms  failed  database queries per 1,000',
      'one route  module     1,000       100 (90-110)    2.00    4.00    9.00       0                         100',
    ]);
  });

  it('ends with what has changed since an earlier report', () => {
    const text = formatReport(reportOf(5), changesBetween(reportOf(7), reportOf(5)));
    expect(text.split('\n').slice(-3)).toEqual([
      '== Compared with 2026-11-28T12:00:00.000Z, npm run load',
      'scenario     ratio or figure  then   now                verdict',
      'query-cache  p99 of a read    7 ms  5 ms  changed, goal met now',
    ]);
  });
});
