import { describe, expect, it } from 'vitest';
import { processorMsOf, processorTimeIn } from './processor-time.js';

describe('processorTimeIn', () => {
  it('reads the time of a process and that of its ended children, also if the name has spaces', () => {
    const stat = '42 (postgres: a) b) S 1 42 42 0 -1 4194560 9 8 7 6 120 30 200 50 20 0 1 0 12345';
    expect(processorTimeIn(stat)).toEqual({ ownMs: 1_500, endedChildrenMs: 2_500 });
  });

  it('is 0 for a process that has ended', () => {
    expect(processorTimeIn('')).toEqual({ ownMs: 0, endedChildrenMs: 0 });
  });
});

describe.runIf(process.platform === 'linux')('processorMsOf', () => {
  it('is the processor time of a running process', async () => {
    const { user, system } = process.cpuUsage();
    expect(await processorMsOf(process.pid)).toBeGreaterThanOrEqual((user + system) / 1_000 - 20);
  });
});
