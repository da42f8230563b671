import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../engine.errors.js';
import { type Call, type CallTarget, EngineCalls } from './engine-calls.js';

const explain = (error: unknown) => error;
const never = () => new Promise<never>(() => undefined);

function targetThat(isUnsent: boolean): CallTarget & { seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    answered: () => void seen.push('answered'),
    rejected: () => void seen.push('rejected'),
    withdraw: () => void seen.push('withdraw'),
    expired: () => void seen.push('expired'),
    isUnsent: () => isUnsent,
  };
}

const sentTo = (target: CallTarget, reply: Promise<unknown>) => (call: Call) => {
  call.target = target;
  return reply;
};

describe('EngineCalls', () => {
  it('resolves with the reply and counts the call as done', async () => {
    const calls = new EngineCalls('engine', 50, explain);
    const target = targetThat(false);
    const reply = calls.settle<number>('GET', sentTo(target, Promise.resolve(3)));
    expect(await reply).toBe(3);
    expect(calls.counts).toEqual({ done: 1, refused: 0, failed: 0, unknown: 0 });
    expect(target.seen).toEqual(['answered']);
  });

  it('rejects at the deadline: refused if the call was not sent, unknown if it was', async () => {
    const calls = new EngineCalls('engine', 10, explain);
    const outcomes = [
      calls.settle('GET', never),
      calls.settle('GET', sentTo(targetThat(true), never())),
      calls.settle('GET', sentTo(targetThat(false), never())),
    ].map((call) => call.catch((error: EngineError) => error.outcome));
    expect(await Promise.all(outcomes)).toEqual(['refused', 'refused', 'unknown']);
    expect(calls.counts).toEqual({ done: 0, refused: 2, failed: 0, unknown: 1 });
  });

  it('is refused if the connection is lost before the call was sent', async () => {
    const calls = new EngineCalls('engine', 50, explain);
    const call = calls.settle('GET', sentTo(targetThat(true), Promise.reject(new Error('lost'))));
    await expect(call).rejects.toMatchObject({ outcome: 'refused' });
  });

  it('settles each call by its own deadline', async () => {
    const calls = new EngineCalls('engine', 10_000, explain);
    const order: number[] = [];
    const ends = [60, 20, 40].map((deadlineMs) =>
      calls.settle('GET', never, deadlineMs).catch(() => order.push(deadlineMs)),
    );
    await Promise.all(ends);
    expect(order).toEqual([20, 40, 60]);
  });

  it('still expires the remaining calls after one between them was answered', async () => {
    const calls = new EngineCalls('engine', 30, explain);
    const first = calls.settle('GET', never).catch(() => 'late');
    const answered = calls.settle('GET', () => Promise.resolve('answered'));
    const last = calls.settle('GET', never).catch(() => 'late');
    expect(await Promise.all([first, answered, last])).toEqual(['late', 'answered', 'late']);
  });

  it('reports a late answer to the server, but not to the caller', async () => {
    const calls = new EngineCalls('engine', 10, explain);
    const target = targetThat(false);
    let answer: (reply: string) => void = () => undefined;
    const reply = new Promise<string>((resolve) => (answer = resolve));
    await expect(calls.settle('GET', sentTo(target, reply))).rejects.toBeInstanceOf(EngineError);
    answer('late');
    await nextTurn();
    expect(target.seen).toEqual(['withdraw', 'expired', 'answered']);
    expect(calls.counts.done).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 3e9, 60_001, 0.5, 0, -1])(
    'rejects a deadline of %s immediately and names the valid range',
    async (deadlineMs) => {
      const calls = new EngineCalls('engine', 50, explain);
      await expect(calls.settle('GET', never, deadlineMs)).rejects.toThrow(
        /whole milliseconds from 1 to 60000\.$/,
      );
    },
  );

  it('rejects with the error thrown by sending', async () => {
    const calls = new EngineCalls('engine', 50, explain);
    const thrown = () => {
      throw new TypeError('wrong argument');
    };
    await expect(calls.settle('GET', thrown)).rejects.toThrow('wrong argument');
  });
});
