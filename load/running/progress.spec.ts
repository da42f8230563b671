import { expect, it } from 'vitest';
import { formatMinutes, Progress } from './progress.js';

it('subtracts the time that the current scenario has taken, but never more than its estimate', () => {
  let now = 0;
  const progress = new Progress([10, 60, 5], () => now);
  expect(progress.left).toBe('1:15 min left');
  now = 4;
  expect(progress.left).toBe('1:11 min left');
  now = 50;
  expect(progress.left).toBe('1:05 min left');
  progress.start(2);
  expect(progress.left).toBe('0:05 min left');
});

it.each([
  [0, '0:00'],
  [59.2, '1:00'],
  [754, '12:34'],
])('formats %s seconds as %s', (seconds, text) => {
  expect(formatMinutes(seconds)).toBe(text);
});
