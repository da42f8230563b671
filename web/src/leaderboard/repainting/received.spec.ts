import { describe, expect, it } from 'vitest';
import { payloadBytes, ReceivedCounter } from './received.js';

describe('ReceivedCounter', () => {
  it('is the mean of the last five seconds', () => {
    const counter = new ReceivedCounter();
    counter.restart(0);
    for (let at = 500; at <= 20_000; at += 500) counter.count({ bytes: 100, rows: 3 }, at);
    expect(counter.perSecond(20_000)).toEqual({ bytes: 200, messages: 2, rows: 6 });
  });

  it('divides by the time since its start, while that is shorter', () => {
    const counter = new ReceivedCounter();
    counter.restart(1_000);
    counter.count({ bytes: 100, rows: 1 }, 1_500);
    expect(counter.perSecond(3_000)).toEqual({ bytes: 50, messages: 0.5, rows: 0.5 });
  });

  it('forgets everything at a restart', () => {
    const counter = new ReceivedCounter();
    counter.count({ bytes: 100, rows: 1 }, 1);
    counter.restart(2);
    expect(counter.perSecond(1_000)).toEqual({ bytes: 0, messages: 0, rows: 0 });
  });
});

describe('payloadBytes', () => {
  it('counts UTF-8 and the packet type of engine.io', () => {
    expect(payloadBytes('2["é"]')).toBe(1 + 7);
  });
});
