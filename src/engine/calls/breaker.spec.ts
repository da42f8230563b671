import { beforeEach, describe, expect, it } from 'vitest';
import { Breaker } from './breaker.js';

describe('Breaker', () => {
  let breaker: Breaker;
  let changes: boolean[];
  beforeEach(() => {
    changes = [];
    breaker = new Breaker(() => void changes.push(breaker.isOpen));
  });

  const send = (count: number) =>
    Array.from({ length: count }, () => {
      const call = { answersBefore: 0, isExpired: false };
      breaker.sent(call);
      return call;
    });
  const leaveUnanswered = (count: number) => {
    for (const call of send(count)) breaker.leftUnanswered(call);
  };

  it('opens after five unanswered calls in a row, and closes when the heartbeat is answered', () => {
    leaveUnanswered(4);
    for (const call of send(1)) breaker.answered(call);
    leaveUnanswered(4);
    expect(breaker.isOpen).toBe(false);
    leaveUnanswered(3);
    expect(breaker.isOpen).toBe(true);
    breaker.close();
    breaker.close();
    expect(breaker.isOpen).toBe(false);
    expect(changes).toEqual([true, false]);
  });

  it('ignores calls that expire while other calls are answered in time', () => {
    const [first, ...others] = send(10);
    breaker.answered(first!);
    for (const call of others) breaker.leftUnanswered(call);
    expect(breaker.isOpen).toBe(false);
    leaveUnanswered(5);
    expect(breaker.isOpen).toBe(true);
  });

  it('counts calls that expire while other calls are answered late', () => {
    const [late, ...others] = send(10);
    breaker.answered({ ...late!, isExpired: true });
    for (const call of others) breaker.leftUnanswered(call);
    expect(breaker.isOpen).toBe(true);
  });
});
