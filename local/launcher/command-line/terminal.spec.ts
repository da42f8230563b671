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
  it('draws a bar over itself, with rows, rate and time left', () => {
    const { terminal, written } = open(true);
    terminal.progress('flights', half);
    expect(written()).toBe(
      '\r\u001b[2Kflights    ━━━━━━━━━━━━────────────  50 %  1,500,000 of 3,000,000 flights  750,000/s  2 s left',
    );
  });

  it('writes lines above the bar and draws it again', () => {
    const { terminal, written } = open(true);
    terminal.progress('flights', half);
    const bar = written().replace('\r\u001b[2K', '');
    terminal.part('engine', 'valkey-server');
    expect(written()).toBe(`\r\u001b[2Kengine     valkey-server\n${bar}`);
    terminal.endProgress();
    terminal.line('done');
    expect(written()).toBe('\r\u001b[2Kdone\n');
  });

  it('writes a line for each tenth where there is no terminal', () => {
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

  it('says a note in the place of rate and time left', () => {
    const { terminal, written } = open(false);
    terminal.progress('flights', { ...half, done: half.total, note: 'building the indices' });
    expect(written()).toBe('flights    100 %  3,000,000 of 3,000,000 flights  building the indices\n');
  });
});
