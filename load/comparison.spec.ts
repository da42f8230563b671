import { describe, expect, it } from 'vitest';
import { describeRate, textbookPath } from './comparison.js';
import { gainOf } from './measuring/gain.js';

describe('describeRate', () => {
  it.each([
    [12, '12 times as many requests per second as the textbook'],
    [0.5, 'only 0.50 times as many requests per second as the textbook'],
    [
      1.1,
      'no difference in requests per second that this machine can show (1.1 times as many as the textbook)',
    ],
  ])('of a ratio of %s says "%s"', (ratio, sentence) => {
    expect(describeRate(gainOf(Array.from({ length: 6 }, () => ratio)), 'the textbook')).toBe(sentence);
  });
});

describe('textbookPath', () => {
  it('replaces the first segment only', () => {
    expect(textbookPath('/api/flights/routes/API')).toBe('/textbook/flights/routes/API');
  });
});
