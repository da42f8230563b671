import { describe, expect, it } from 'vitest';
import { rateOf } from './capacity.js';
import { numberIn } from './engine-use.js';

describe('rateOf', () => {
  it('is 70% of a second divided by the time of one request, in two digits', () => {
    expect([rateOf(100), rateOf(173), rateOf(1_200)]).toEqual([7_000, 4_000, 580]);
  });
});

describe('numberIn', () => {
  it('reads one field of INFO, not one whose name ends alike', () => {
    const info = 'used_memory_dataset:1\r\nused_memory:1024\r\nused_cpu_user:0.25\r\n';
    expect([numberIn(info, 'used_memory'), numberIn(info, 'used_cpu_user')]).toEqual([1024, 0.25]);
  });

  it('is NaN without the field', () => {
    expect(numberIn('used_memory:1', 'used_cpu_sys')).toBeNaN();
  });
});
