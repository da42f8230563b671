import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LabReport } from '../../../lab/report/report.js';
import { childrenOf } from '../../../local/processes/process-tree.js';
import { build } from '../../support/dist.js';
import { Program, survivors } from '../local/program.js';

const JSON_FILE = join('.data', 'lab', 'e2e.json');
const RUN_MS = 120_000;

const lab = (...args: string[]) => new Program('lab/run.ts', args);

/** All processes below this one. */
function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

describe('npm run lab', () => {
  afterAll(() =>
    Promise.all([JSON_FILE, JSON_FILE.replace('.json', '.html')].map((file) => rm(file, { force: true }))),
  );

  it(
    'proves the failover: the claim holds for the module, and the report has both sides',
    { timeout: RUN_MS },
    async () => {
      await build();
      const program = lab('failover', '--quick', '--json', JSON_FILE);
      expect([await program.exitCode(), program.lines.join('\n')]).toEqual([
        0,
        expect.stringContaining('It holds.'),
      ]);
      const report = JSON.parse(await readFile(JSON_FILE, 'utf8')) as LabReport;
      const [failover] = report.experiments;
      expect(failover).toMatchObject({ name: 'failover', topology: 'sentinel', verdict: 'holds', runs: 1 });
      expect(failover?.timeline?.marks.map(({ what }) => what)).toEqual([
        'kill -9 of the primary',
        'promotion',
      ]);
      const valuesOf = (figure: string) => failover?.figures.find(({ name }) => name === figure)?.values;
      expect(valuesOf('requests that hung')?.['textbook']?.worst).toBeGreaterThan(0);
      expect(valuesOf('scores: acknowledged')?.['module']?.worst).toBeGreaterThan(20);
      expect(await readFile(JSON_FILE.replace('.json', '.html'), 'utf8')).toContain('<svg');
    },
  );

  it('stops everything that it has started at Ctrl-C, and exits with 1', { timeout: RUN_MS }, async () => {
    const program = lab('failover', '--quick');
    await program.says(/all is well/);
    const pids = descendantsOf(program.process.pid ?? 0);
    expect(pids.length).toBeGreaterThan(8);
    program.process.kill('SIGINT');
    expect(await program.exitCode()).toBe(1);
    expect(program.lines.at(-1)).toBe('failover (sentinel) failed. Stopped by SIGINT.');
    expect(await survivors(pids)).toEqual([]);
  });

  it.each([
    [['lunch'], /^EXPERIMENT must be failover, .* or all, not "lunch"\.$/],
    [['failover', '--topology', 'standalone'], /^--topology must be sentinel or cluster for failover/],
  ])('exits with 2 and one sentence for %j', async (args, message) => {
    const program = lab(...args);
    expect(await program.exitCode()).toBe(2);
    expect(program.lines).toEqual([expect.stringMatching(message)]);
  });
});
