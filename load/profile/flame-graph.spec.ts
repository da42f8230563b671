import { describe, expect, it } from 'vitest';
import { callTreeOf, partsOf } from './call-tree.js';
import { flameGraphOf } from './flame-graph.js';
import { ownProfiler, type ProfileNode } from './profiler.js';

const node = (id: number, functionName: string, url: string, children: number[] = []): ProfileNode => ({
  id,
  callFrame: { functionName, url, lineNumber: 9 },
  children,
});
const PROFILE = {
  nodes: [
    node(1, '(root)', '', [2, 3, 4]),
    node(2, '(idle)', ''),
    node(3, 'serve', `file://${process.cwd()}/dist/leaderboard/live/feed.js`, [5, 6]),
    node(4, '(garbage collector)', ''),
    node(5, 'query', '/somewhere/node_modules/pg/lib/client.js'),
    node(6, '<a>', 'node:net'),
  ],
  samples: [2, 3, 5, 5, 6, 4, 2],
  timeDeltas: [0, 9_000, 1_000, 2_000, 2_000, 1_000, 4_000],
};

describe('callTreeOf', () => {
  const root = callTreeOf(PROFILE);

  it('leaves out the idle time, and counts a sample until the next one', () => {
    expect(root.totalMs).toBe(10);
    expect(root.calls.map(({ name, totalMs }) => [name, totalMs])).toEqual([
      ['serve', 6],
      ['(garbage collector)', 4],
    ]);
  });

  it('names files without the paths of the machine', () => {
    const [serve] = root.calls;
    expect(serve).toMatchObject({
      place: 'leaderboard/live/feed.js:10',
      part: 'leaderboard/live',
      selfMs: 1,
    });
    expect(serve?.calls.map(({ place, kind }) => [place, kind])).toEqual([
      ['pg/lib/client.js:10', 'package'],
      ['node:net:10', 'node'],
    ]);
  });

  it('sums up the time of each part of the code', () => {
    expect(partsOf(root).rows).toEqual([
      ['of', '', 'ms', 'share'],
      ['pg', '', '4', '40.0%'],
      ['garbage collector', '', '4', '40.0%'],
      ['leaderboard/live', '', '1', '10.0%'],
      ['node', '', '1', '10.0%'],
    ]);
  });
});

describe('flameGraphOf', () => {
  it('draws each call below its caller, as wide as its share, and escapes names', () => {
    const svg = flameGraphOf(callTreeOf(PROFILE), 'viewers');
    expect(svg).toContain('<title>serve\nleaderboard/live/feed.js:10\n60.0%, 6 ms, itself 1 ms</title>');
    expect(svg).toContain('x="480.0" y="62" width="120.0"');
    expect(svg).toContain('&lt;a&gt;');
    expect(svg).not.toMatch(/href|src=|@import/);
  });
});

describe('ownProfiler', () => {
  it('profiles this process', async () => {
    const profiler = await ownProfiler();
    await profiler.start();
    const endsAt = performance.now() + 60;
    const spin = () => {
      while (performance.now() < endsAt);
    };
    spin();
    const profile = await profiler.stop();
    profiler.close();
    expect(profile.nodes.map(({ callFrame }) => callFrame.functionName)).toContain('spin');
    expect(callTreeOf(profile).totalMs).toBeGreaterThan(20);
  });
});
