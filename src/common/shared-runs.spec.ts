import { describe, expect, it } from 'vitest';
import { SharedRuns } from './shared-runs.js';

/** Runs that end when the test says so. */
function runs() {
  const ends: (() => void)[] = [];
  const names: string[] = [];
  const shared = new SharedRuns<number>();
  const join = (name: string) =>
    shared.run(name, () => {
      const run = names.push(name);
      return new Promise((resolve) => ends.push(() => resolve(run)));
    });
  return { join, names, end: (run: number) => ends[run - 1]?.() };
}

describe('shared runs', () => {
  it('begin after the call, one at a time, and serve all callers that waited', async () => {
    const { join, names, end } = runs();
    const first = join('a');
    const others = [join('a'), join('a')];
    expect(names).toEqual(['a']);
    end(1);
    expect(await first).toBe(1);
    await expect.poll(() => names).toEqual(['a', 'a']);
    end(2);
    expect(await Promise.all(others)).toEqual([2, 2]);
  });

  it('of different names do not wait for each other', () => {
    const { join, names } = runs();
    void join('a');
    void join('b');
    expect(names).toEqual(['a', 'b']);
  });

  it('go on after one that fails', async () => {
    const shared = new SharedRuns<string>();
    const first = shared.run('a', () => Promise.reject(new Error('lost')));
    const second = shared.run('a', () => Promise.resolve('done'));
    await expect(first).rejects.toThrow('lost');
    expect(await second).toBe('done');
  });
});
