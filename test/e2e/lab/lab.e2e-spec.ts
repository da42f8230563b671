import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExperimentResult, LabReport } from '../../../lab/report/report.js';
import { childrenOf } from '../../../local/processes/process-tree.js';
import { Program, survivors } from '../local/program.js';

// Not in .data/lab, whose reports the page shows.
const FOLDER = mkdtempSync(join(tmpdir(), 'lab-'));
const JSON_FILE = join(FOLDER, 'lab.json');
const RUN_MS = 180_000;

const lab = (args: string[], settings: NodeJS.ProcessEnv = {}) => new Program('lab/run.ts', args, settings);

/** All processes below this one. */
function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** One quick run, in which the claim must hold. */
async function prove(name: string, topology: string): Promise<ExperimentResult> {
  const program = lab([name, '--quick', '--topology', topology, '--json', JSON_FILE]);
  expect([await program.exitCode(), program.lines.join('\n')]).toEqual([
    0,
    expect.stringContaining('It holds.'),
  ]);
  const { experiments } = JSON.parse(await readFile(JSON_FILE, 'utf8')) as LabReport;
  expect(experiments).toEqual([expect.objectContaining({ name, topology, verdict: 'holds', runs: 1 })]);
  return experiments[0] as ExperimentResult;
}

/** When a side recovers depends on its requests. Sentinels promote again if this machine does not run the new primary for a second. */
const VARYING = / has recovered$|^another promotion$|^accepts writes again$/;
const marksOf = ({ timelines }: ExperimentResult) =>
  timelines.flatMap(({ marks }) => marks.map(({ what }) => what));
const faultsOf = (result: ExperimentResult) => marksOf(result).filter((what) => !VARYING.test(what));

const valueOf = ({ figures }: ExperimentResult, figure: string, side = 'module') =>
  figures.find(({ name }) => name === figure)?.values[side]?.worst;

/** Failed and hung requests of both sides. */
function lossesOf(result: ExperimentResult): number {
  const figures = ['requests that hung', 'requests that failed'];
  const values = figures.flatMap((figure) =>
    ['module', 'textbook'].map((side) => valueOf(result, figure, side) ?? 0),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

describe('npm run lab', () => {
  afterAll(() => rm(FOLDER, { recursive: true }));

  it.each(['sentinel', 'cluster'])(
    'proves the failover on %s, and the report has both sides',
    { timeout: RUN_MS },
    async (topology) => {
      const failover = await prove('failover', topology);
      expect(marksOf(failover)).toContain('module has recovered');
      expect(faultsOf(failover)).toEqual(['kill -9 of the primary', 'promotion', 'accepts writes']);
      // The load was there, and so was the fault.
      expect(valueOf(failover, 'requests', 'textbook')).toBeGreaterThan(40);
      expect(lossesOf(failover)).toBeGreaterThan(0);
      expect(valueOf(failover, 'scores: acknowledged')).toBeGreaterThan(5);
      expect(await readFile(JSON_FILE.replace('.json', '.html'), 'utf8')).toContain('<svg');
    },
  );

  it.each(['sentinel', 'cluster'])(
    'proves that a frozen primary is replaced on %s, and brings nothing back when it continues',
    { timeout: RUN_MS },
    async (topology) => {
      const pause = await prove('pause', topology);
      expect(faultsOf(pause)).toEqual(['SIGSTOP of the primary', 'promotion', 'accepts writes', 'SIGCONT']);
      expect(lossesOf(pause)).toBeGreaterThan(0);
    },
  );

  it.each(['sentinel', 'cluster'])(
    'proves the encryption on %s, with what is found without it',
    { timeout: RUN_MS },
    async (topology) => {
      const encryption = await prove('encryption', topology);
      expect(valueOf(encryption, 'canaries in a recording of the connections', 'plain')).toBeGreaterThan(0);
    },
  );

  it.each([
    ['sentinel', ['a replica joins', '2 of 2 replicas', 'it leaves', '1 of 2 replicas']],
    ['cluster', ['a shard joins', '4 shards', 'it leaves', '3 shards']],
  ])('proves that nodes join and leave under load on %s', { timeout: RUN_MS }, async (topology, marks) => {
    const scale = await prove('scale', topology);
    const memcached = ['a fourth node joins', 'each flight was read from four nodes'];
    expect(marksOf(scale)).toEqual([...marks, '2 app nodes', ...memcached]);
    expect(valueOf(scale, 'requests')).toBeGreaterThan(40);
  });

  it('stops everything that it has started at Ctrl-C, and exits with 1', { timeout: RUN_MS }, async () => {
    const program = lab(['failover', '--quick']);
    await program.says(/all is well/);
    const pids = descendantsOf(program.process.pid ?? 0);
    expect(pids.length).toBeGreaterThan(8);
    program.process.kill('SIGINT');
    expect(await program.exitCode()).toBe(1);
    expect(program.lines.at(-1)).toBe('failover (sentinel) failed. Stopped by SIGINT.');
    expect(await survivors(pids)).toEqual([]);
  });

  it.each([
    [['lunch'], {}, /^EXPERIMENT must be failover, .* or all, not "lunch"\.$/],
    [['failover', '--topology', 'standalone'], {}, /^--topology must be sentinel or cluster for failover/],
    [['failover', '--quick', '--json', ''], {}, /^--json must be the name of a file, not ""\.$/],
    [
      ['failover', '--quick'],
      { ENGINE_URL: 'valkeys://app:secret@127.0.0.1:1' },
      /^The lab breaks only servers that it starts itself. Unset ENGINE_URL: (?!.*secret)/,
    ],
  ])('exits with 2 and one sentence for %j with %j', async (args, settings, message) => {
    const program = lab(args, settings);
    expect(await program.exitCode()).toBe(2);
    expect(program.lines).toEqual([expect.stringMatching(message)]);
  });
});
