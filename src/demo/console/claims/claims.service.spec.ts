import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaimsService } from './claims.service.js';

describe('ClaimsService', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'claims-'));
    await mkdir(join(folder, 'load'));
    await mkdir(join(folder, 'lab'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const write = (command: string, date: string, results: object) => {
    const machine = { cpu: 'EPYC', cores: 2, memoryGiB: 24 };
    const report = { version: 2, date, machine, options: { quick: true }, ...results };
    return writeFile(join(folder, command, `${date.replaceAll(':', '-')}.json`), JSON.stringify(report));
  };
  const save = (date: string, scenarios: { name: string; answers: string[] }[]) =>
    write('load', date, { scenarios });
  const resultOf = async (name: string) => {
    const claims = await new ClaimsService(folder).claims();
    return claims.find(({ command }) => command.endsWith(` -- ${name}`))?.result;
  };

  it('takes the newest report that has an answer for the scenario', async () => {
    await save('2026-01-01T00:00:00.000Z', [{ name: 'sessions', answers: ['old'] }]);
    await save('2026-01-02T00:00:00.000Z', [{ name: 'sessions', answers: ['new', 'more'] }]);
    await save('2026-01-03T00:00:00.000Z', [{ name: 'sessions', answers: [] }]);
    expect(await resultOf('sessions')).toEqual({
      answers: ['new', 'more'],
      date: '2026-01-02T00:00:00.000Z',
      machine: '2 x EPYC',
      isQuick: true,
    });
    expect(await resultOf('ranks')).toBeNull();
  });

  it('says first that a claim does not hold', async () => {
    const answers = ['The servers promoted a replica.'];
    const failover = { name: 'failover', verdict: 'does not hold: scores: lost', answers };
    await write('lab', '2026-01-01T00:00:00.000Z', {
      experiments: [failover, { name: 'pause', verdict: 'holds', answers }],
    });
    expect((await resultOf('failover'))?.answers).toEqual(['It does not hold: scores: lost.', ...answers]);
    expect((await resultOf('pause'))?.answers).toEqual(answers);
  });

  it('shows the topology in which a claim does not hold, with its own date', async () => {
    const date = '2026-01-01T02:00:00.000Z';
    const failover = { name: 'failover', answers: ['The servers promoted a replica.'] };
    await write('lab', '2026-01-01T00:00:00.000Z', {
      experiments: [
        { ...failover, verdict: 'holds', date: '2026-01-01T01:00:00.000Z' },
        { ...failover, topology: 'cluster', verdict: 'does not hold: scores: lost', date },
      ],
    });
    await write('lab', '2026-01-01T01:30:00.000Z', { experiments: [{ ...failover, verdict: 'holds' }] });
    const result = await resultOf('failover');
    expect(result).toMatchObject({
      date,
      answers: ['It does not hold: scores: lost (cluster).', ...failover.answers],
    });
  });

  it('shows a failure in one topology although newer runs in other topologies hold', async () => {
    const failover = { name: 'failover', answers: ['Fine.'] };
    const of = (topology: string, verdict: string) => ({ experiments: [{ ...failover, topology, verdict }] });
    await write('lab', '2026-01-01T00:00:00.000Z', of('cluster', 'does not hold: scores: lost'));
    await write('lab', '2026-01-02T00:00:00.000Z', of('sentinel', 'holds'));
    expect(await resultOf('failover')).toMatchObject({
      date: '2026-01-01T00:00:00.000Z',
      answers: ['It does not hold: scores: lost (cluster).', 'Fine.'],
    });
    await write('lab', '2026-01-03T00:00:00.000Z', of('cluster', 'holds'));
    expect(await resultOf('failover')).toMatchObject({
      date: '2026-01-03T00:00:00.000Z',
      answers: ['Fine.'],
    });
  });

  it('reads all.json although there are many newer files and files with other names', async () => {
    const machine = { cpu: 'EPYC', cores: 2 };
    const pause = { name: 'pause', verdict: 'holds', answers: ['From all.'] };
    const all = {
      date: '2026-01-01T00:00:00.000Z',
      machine,
      options: { quick: false },
      experiments: [pause],
    };
    await writeFile(join(folder, 'lab', 'all.json'), JSON.stringify(all));
    for (let day = 10; day < 45; day++) {
      const failover = { name: 'failover', verdict: 'holds', answers: [`Day ${day}.`] };
      const experiments = [{ ...failover, date: '2026-02-01T00:00:00.000Z' }];
      await write('lab', `2026-02-01T00:00:${day}.000Z`, { experiments });
      await writeFile(join(folder, 'lab', `try-${day}.json`), '{}');
    }
    expect((await resultOf('pause'))?.answers).toEqual(['From all.']);
  });

  it('shows that a run failed, although it has no answers', async () => {
    const failed = {
      name: 'failover',
      topology: 'cluster',
      verdict: 'failed: no server answered',
      answers: [],
    };
    const holds = { name: 'failover', topology: 'sentinel', verdict: 'holds', answers: ['Fine.'] };
    await write('lab', '2026-01-01T00:00:00.000Z', { experiments: [holds, failed] });
    expect((await resultOf('failover'))?.answers).toEqual(['It failed: no server answered (cluster).']);
  });

  it('leaves out files that are no reports', async () => {
    await writeFile(join(folder, 'load', '2026-09-09.json'), '{"date":');
    await writeFile(join(folder, 'load', 'notes.json'), '[]');
    await save('2026-01-01T00:00:00.000Z', [{ name: 'ranks', answers: ['fast'] }]);
    expect(await resultOf('ranks')).toMatchObject({ answers: ['fast'] });
  });

  it('has no results where nothing was measured', async () => {
    const claims = await new ClaimsService(join(folder, 'missing')).claims();
    expect(claims.length).toBeGreaterThan(5);
    expect(claims.every(({ result }) => result === null)).toBe(true);
  });
});
