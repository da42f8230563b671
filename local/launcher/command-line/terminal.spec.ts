import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Progress } from './progress.js';
import { Terminal } from './terminal.js';

function open(isTTY: boolean): { terminal: Terminal; written: () => string } {
  const output = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream & PassThrough;
  return { terminal: new Terminal(output), written: () => String(output.read() ?? '') };
}

const half: Progress = { done: 1_500_000, total: 3_000_000, elapsedMilliseconds: 2000 };

describe('Terminal', () => {
  it('redraws the bar in place, with rows, rate and remaining time', () => {
    const { terminal, written } = open(true);
    terminal.progress('flights', half);
    expect(written()).toBe(
      '\r\u001b[2Kflights    ━━━━━━━━━━━━────────────  50 %  1,500,000 of 3,000,000 rows  750,000/s  2 s left',
    );
  });

  it('prints lines above the bar and redraws it', () => {
    const { terminal, written } = open(true);
    terminal.progress('flights', half);
    const bar = written().replace('\r\u001b[2K', '');
    terminal.part('engine', 'valkey-server');
    expect(written()).toBe(`\r\u001b[2Kengine     valkey-server\n${bar}`);
    terminal.endProgress();
    terminal.line('done');
    expect(written()).toBe('\r\u001b[2Kdone\n');
  });

  it('prints a line for every 10 % without a terminal', () => {
    const { terminal, written } = open(false);
    for (let done = 0; done <= 1000; done += 5) {
      terminal.progress('flights', { done, total: 1000, elapsedMilliseconds: 1 });
    }
    const percents = written().match(/\d+ %/g);
    expect(percents).toEqual([
      '0 %',
      '10 %',
      '20 %',
      '30 %',
      '40 %',
      '50 %',
      '60 %',
      '70 %',
      '80 %',
      '90 %',
      '100 %',
    ]);
  });

  it('shows a note instead of the rate and the remaining time', () => {
    const { terminal, written } = open(false);
    terminal.progress('flights', { ...half, done: half.total, note: 'building the indexes' });
    expect(written()).toBe('flights    100 %  3,000,000 of 3,000,000 rows  building the indexes\n');
  });
});
