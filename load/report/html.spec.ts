import { describe, expect, it } from 'vitest';
import { gainOf } from '../measuring/gain.js';
import { changesBetween } from './changes.js';
import { formatHtml } from './html.js';
import { reportWith, sideNamed } from './report.fixture.js';

const gain = gainOf([3, 3, 3, 3, 3, 3]);

const REPORT = reportWith({
  headline: '3 times as many answers',
  answers: ['One route: 3 times as many requests per second.'],
  comparisons: [
    {
      title: 'one <b>route</b>',
      connections: 1,
      sides: [sideNamed('module'), sideNamed('miss')],
      gains: { miss: { requestsPerSecond: gain, p50: gain, p99: gain } },
    },
  ],
  figures: [{ figure: 'p99', value: 9, unit: 'ms', atMost: 6 }],
  tables: [
    {
      title: 'growth',
      rows: [
        ['clients', 'requests/s'],
        ['256', '1,024'],
      ],
    },
  ],
  curves: [
    {
      title: 'Hits over keys',
      x: { label: 'keys', isLog: true },
      y: { label: 'requests/s', isLog: false },
      series: [
        {
          name: 'engine hit',
          points: [
            [1_000, 12_000],
            [10_000, 11_500],
          ],
        },
      ],
    },
  ],
  caveats: ['A caveat.'],
});

describe('formatHtml', () => {
  const html = formatHtml(REPORT);

  it('requests nothing', () => {
    expect(html).not.toMatch(/https?:|\bsrc=|url\(|@import|<script|<link/);
  });

  it('has the headline, answers, rates with quartiles, ratios with intervals, queries, tables, goals, caveats and machine', () => {
    for (const part of [
      '3 times as many answers',
      'One route: 3 times',
      '<td>100 (90-110)</td>',
      '3.0x (3.0-3.0)',
      'database queries per 1,000',
      'Database queries per second',
      '<td>1,024</td>',
      'at most 6 ms',
      'missed',
      'A caveat.',
      '2 x CPU',
    ])
      expect(html).toContain(part);
  });

  it('draws curves with their inputs as marks, and has their figures in a table', () => {
    expect(html).toMatch(/<polyline class="other0" points="58\.0,[\d.]+ 466\.0,[\d.]+"\/>/);
    expect(html).toContain('>10K</text>');
    expect(html).toContain('<td>11,500</td>');
  });

  it('escapes text, and says where a comparison had one client', () => {
    expect(html).toContain('one &lt;b&gt;route&lt;/b&gt;, one client');
    expect(html).not.toContain('one <b>route');
  });

  it('contains the comparison with an earlier report', () => {
    const changes = changesBetween(REPORT, REPORT);
    expect(formatHtml(REPORT, changes)).toContain('0 of 4 ratios and figures changed since 2026-11-28');
    expect(html).not.toContain('ratios and figures changed');
  });

  it('draws a side without an answer', () => {
    const none = { ...sideNamed('module'), distribution: [], rounds: [], counts: {} };
    const empty = { title: 'none', connections: 4, sides: [none], gains: {} };
    expect(formatHtml(reportWith({ comparisons: [empty] }))).not.toMatch(/NaN|Infinity|undefined/);
  });
});
