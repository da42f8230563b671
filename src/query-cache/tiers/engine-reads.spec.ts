import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineReads, ReadQueues, SoftTimeout } from './engine-reads.js';

const SOFT_TIMEOUT_MS = 75;
const LARGE_BYTES = 100_000;

/** The reads of one query; the test decides when the engine replies. */
class Replies {
  readonly pending: (() => void)[] = [];
  readonly settled: unknown[] = [];
  sent = 0;

  constructor(private readonly reads: EngineReads) {}

  start(count: number): void {
    for (let i = 0; i < count; i++) void this.reads.read(this.send).then((reply) => this.settled.push(reply));
  }

  private readonly send = () => {
    this.sent++;
    return new Promise<string>((resolve) => this.pending.push(() => resolve('reply')));
  };
}

describe('EngineReads', () => {
  let engine: { isReady: boolean };
  let large: Replies;
  let small: Replies;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
    engine = { isReady: true };
    const queues = new ReadQueues(engine, new SoftTimeout(SOFT_TIMEOUT_MS), SOFT_TIMEOUT_MS);
    const [ofLarge, ofSmall] = [new EngineReads(queues), new EngineReads(queues)];
    ofLarge.noteSize(LARGE_BYTES);
    ofSmall.noteSize(1_000);
    [large, small] = [new Replies(ofLarge), new Replies(ofSmall)];
  });
  afterEach(() => void vi.useRealTimers());

  it('sends large reads one by one, and small reads at once', async () => {
    large.start(20);
    small.start(20);
    await vi.advanceTimersByTimeAsync(0);
    expect([large.sent, small.sent]).toEqual([1, 20]);
    large.pending.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect([large.sent, large.settled]).toEqual([2, ['reply']]);
  });

  it('sends all reads at once while the engine is down, since it rejects them', async () => {
    engine.isReady = false;
    large.start(20);
    await vi.advanceTimersByTimeAsync(0);
    expect(large.sent).toBe(20);
  });

  it('lets a read wait longer than the soft timeout while the reads ahead are answered in time', async () => {
    large.start(20);
    while (large.settled.length < 20) {
      await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS / 2);
      large.pending.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(new Set(large.settled)).toEqual(new Set(['reply']));
  });

  it('gives up all waiting reads when none is answered within two soft timeouts', async () => {
    large.start(20);
    await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS + 1);
    expect(large.settled).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS);
    expect(large.settled).toEqual(Array.from({ length: 20 }));
    expect(large.sent).toBe(1);
  });

  it('gives up one read only when one reply is late', async () => {
    large.start(3);
    await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS + 1);
    for (let i = 0; i < 3; i++) {
      large.pending.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(large.settled).toEqual([undefined, 'reply', 'reply']);
  });

  it('does not count a late reply as progress of the queue', async () => {
    large.start(3);
    await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS + 1);
    large.pending.shift()?.();
    await vi.advanceTimersByTimeAsync(SOFT_TIMEOUT_MS + 1);
    // The second was sent and is late as well. The third was never sent.
    expect([large.sent, large.settled.length]).toEqual([2, 3]);
  });

  it('gives up a read that has waited 3 s in a slow queue', async () => {
    large.start(1_000);
    for (let waitedMs = 0; waitedMs < 3_000; waitedMs += 50) {
      await vi.advanceTimersByTimeAsync(50);
      large.pending.shift()?.();
    }
    await vi.advanceTimersByTimeAsync(3 * SOFT_TIMEOUT_MS);
    expect(large.settled).toHaveLength(1_000);
    expect(large.sent).toBeLessThan(100);
  });

  it('sends the next read when one that was given up is answered at last', async () => {
    large.start(3);
    await vi.advanceTimersByTimeAsync(2 * SOFT_TIMEOUT_MS + 1);
    large.pending.shift()?.();
    large.start(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(large.sent).toBe(2);
  });

  it('has room for a read that is larger than its limit after reads of any sizes', async () => {
    const reads = new EngineReads(new ReadQueues(engine, new SoftTimeout(SOFT_TIMEOUT_MS), SOFT_TIMEOUT_MS));
    const replies = new Replies(reads);
    reads.noteSize(60_000);
    for (let i = 0; i < 20; i++) {
      // The expected size is a fraction, another one for each of these reads.
      replies.start(1);
      reads.noteSize(20_001);
      replies.start(1);
      for (const reply of replies.pending.splice(0)) reply();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(replies.settled).toHaveLength(40);
    reads.noteSize(990_000);
    replies.start(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(replies.sent).toBe(41);
  });
});
