import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.js';

describe('Breaker', () => {
  it('opens after five unanswered calls in a row, and closes with the next answer to the pulse', () => {
    const changes: boolean[] = [];
    const breaker: Breaker = new Breaker(() => void changes.push(breaker.isOpen));
    const leaveUnanswered = (times: number) => {
      for (let i = 0; i < times; i++) breaker.leftUnanswered();
    };
    leaveUnanswered(4);
    breaker.answered();
    leaveUnanswered(4);
    expect(breaker.isOpen).toBe(false);
    leaveUnanswered(3);
    expect(breaker.isOpen).toBe(true);
    breaker.close();
    breaker.close();
    expect(breaker.isOpen).toBe(false);
    expect(changes).toEqual([true, false]);
  });
});
