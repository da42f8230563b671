import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMachine } from '../../load/report/machine.js';
import type { Topology } from '../experiment.js';
import { parseOptions } from '../options.js';
import { runAll } from '../running/run-all.js';
import { failover, resultOf } from './report.fixture.js';
import type { ExperimentResult, LabReport } from './report.js';
import { earlierReport, requireWritable, saveReport } from './save.js';

const failed = (topology: Topology) => resultOf(topology, { verdict: 'failed: timeout', figures: [] });
const machine = describeMachine();
const reportOf = (...experiments: ExperimentResult[]): LabReport => ({
  date: '2026-01-01T00:00:00.000Z',
  command: 'npm run lab -- all',
  machine,
  options: { quick: false },
  experiments,
});
const optionsOf = (...args: string[]) => parseOptions(args, [failover]);
const ALL = join('.data', 'lab', 'all.json');
const PAGE = join('.data', 'lab', 'all.html');
const CLAIMS = join('docs', 'claims.md');

// The names of the files are relative to the current directory.
describe('the files of the report', () => {
  const before = process.cwd();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-report-'));
    process.chdir(folder);
  });

  afterEach(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });

  describe('saveReport', () => {
    it('writes docs/claims.md only when each experiment has a result in each topology', async () => {
      expect(await saveReport(reportOf(resultOf('sentinel')), optionsOf('all'))).toEqual([ALL, PAGE]);
      const complete = reportOf(resultOf('sentinel'), failed('cluster'));
      expect(await saveReport(complete, optionsOf('all'))).toEqual([ALL, PAGE, CLAIMS]);
    });

    it.each([
      [
        ['all', '--quick'],
        [ALL, PAGE],
      ],
      [
        ['all', '--topology', 'sentinel'],
        [ALL, PAGE],
      ],
      [
        ['failover', '--json', 'one.json'],
        ['one.json', 'one.html'],
      ],
    ])('does not write docs/claims.md for %j', async (args, files) => {
      const report = reportOf(resultOf('sentinel'), resultOf('cluster'));
      expect(await saveReport(report, optionsOf(...args))).toEqual(files);
    });

    it('lists the experiments of each promise, with those that do not hold', async () => {
      const cluster = resultOf('cluster', { verdict: 'does not hold: scores: lost' });
      await saveReport(reportOf(resultOf('sentinel'), cluster), optionsOf('all'));
      expect(await readFile(CLAIMS, 'utf8')).toContain(
        'failover: [sentinel](#failover-on-valkey-sentinel-5-runs), [cluster](#failover-on-valkey-cluster-5-runs) **(does not hold)**; pause: not measured',
      );
    });

    it('says of each promise whether it holds', async () => {
      const verdictOf = async (cluster: ExperimentResult) => {
        await saveReport(reportOf(resultOf('sentinel'), cluster), optionsOf('all'));
        const [, verdict] =
          /A primary that fails is replaced automatically\. \| ([^|]+) \|/.exec(
            await readFile(CLAIMS, 'utf8'),
          ) ?? [];
        return verdict;
      };
      expect(await verdictOf(resultOf('cluster'))).toBe('holds in part');
      expect(await verdictOf(failed('cluster'))).toBe('**does not hold**');
      expect(await readFile(CLAIMS, 'utf8')).toContain('Data survive the loss of a zone. | not measured |');
    });

    it('shows the versions once if all are equal, else each with its experiments', async () => {
      const save = async (versions: string) => {
        await saveReport(reportOf(resultOf('sentinel'), resultOf('cluster', { versions })), optionsOf('all'));
        return Promise.all([readFile(CLAIMS, 'utf8'), readFile(PAGE, 'utf8')]);
      };
      const equal = 'Versions: commit ada6805, valkey 9.0.1.';
      for (const text of await save('commit ada6805, valkey 9.0.1')) expect(text).toContain(equal);
      const different =
        'Versions: commit ada6805, valkey 9.0.1 (failover sentinel); commit 706a791, valkey 9.0.1 (failover cluster).';
      for (const text of await save('commit 706a791, valkey 9.0.1')) expect(text).toContain(different);
    });
  });

  describe('--continue', () => {
    const continueAll = async () => {
      const options = optionsOf('all', '--continue');
      const earlier = await earlierReport(options, machine);
      return runAll(options, {
        signal: new AbortController().signal,
        say: () => undefined,
        earlier: earlier?.experiments ?? [],
        save: async (results) => void (await saveReport(reportOf(...results), options)),
      });
    };

    it('writes the report also when no experiment is left', async () => {
      await saveReport(reportOf(resultOf('sentinel'), resultOf('cluster')), optionsOf('all'));
      await rm(CLAIMS);
      await rm(PAGE);
      expect(await continueAll()).toMatchObject({ results: [{}, {}], failures: [] });
      expect(await readFile(CLAIMS, 'utf8')).toContain(failover.claim);
      expect(await readFile(PAGE, 'utf8')).toContain(failover.claim);
    });

    it('refuses results without versions, which an earlier version has written', async () => {
      const old = ['sentinel', 'cluster'].map((one) => ({
        ...resultOf(one as Topology),
        versions: undefined,
      }));
      await mkdir(join('.data', 'lab'), { recursive: true });
      await writeFile(ALL, JSON.stringify({ ...reportOf(), experiments: old }));
      await expect(continueAll()).rejects.toThrow('is not complete, or of another version.');
    });
  });

  describe('requireWritable', () => {
    it.each([ALL, PAGE, CLAIMS])('rejects when %s is a folder', async (file) => {
      await mkdir(file, { recursive: true });
      await expect(requireWritable(optionsOf('all'))).rejects.toThrow(
        `${file} cannot be written: it is a folder.`,
      );
    });

    it('rejects when the folder of docs/claims.md cannot be created', async () => {
      await writeFile('docs', '');
      await expect(requireWritable(optionsOf('all'))).rejects.toThrow(
        /^docs\/claims\.md cannot be written: /,
      );
    });

    it('ignores docs/claims.md when it will not be written, and creates no file', async () => {
      await mkdir(CLAIMS, { recursive: true });
      await requireWritable(optionsOf('all', '--quick'));
      await requireWritable(optionsOf('failover', '--json', 'one.json'));
      expect(await readdir('.')).toEqual(['.data', 'docs']);
      expect(await readdir(join('.data', 'lab'))).toEqual([]);
    });
  });
});
