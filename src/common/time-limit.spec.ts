import { describe, expect, it } from 'vitest';
import { withTimeLimit } from './time-limit.js';

const timedOut = () => new Error('too late');

describe('withTimeLimit', () => {
  it('resolves with the value of a promise that settles in time', async () => {
    await expect(withTimeLimit(60_000, Promise.resolve(7), timedOut)).resolves.toBe(7);
  });

  it('rejects with the error of a promise that fails in time', async () => {
    await expect(withTimeLimit(60_000, Promise.reject(new Error('no')), timedOut)).rejects.toThrow('no');
  });

  it('rejects with the given error when the promise never settles', async () => {
    await expect(withTimeLimit(1, new Promise(() => undefined), timedOut)).rejects.toThrow('too late');
  });

  it('leaves no unhandled rejection when the promise fails after the limit', async () => {
    let fail: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_resolve, reject) => (fail = reject));
    await expect(withTimeLimit(1, late, timedOut)).rejects.toThrow('too late');
    fail(new Error('nobody listens'));
    await expect(late).rejects.toThrow('nobody listens');
  });
});
