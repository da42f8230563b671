import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaimsService } from './claims.service.js';

describe('ClaimsService', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'claims-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const save = (date: string, scenarios: { name: string; answers: string[] }[]) => {
    const machine = { cpu: 'EPYC', cores: 2, memoryGiB: 24 };
    const report = { version: 2, date, machine, options: { quick: true }, scenarios };
    return writeFile(join(folder, `${date.replaceAll(':', '-')}.json`), JSON.stringify(report));
  };
  const resultOf = async (scenario: string) => {
    const claims = await new ClaimsService(folder).claims();
    return claims.find(({ command }) => command === `npm run load -- ${scenario}`)?.result;
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

  it('leaves out files that are no reports', async () => {
    await writeFile(join(folder, '2026-09-09.json'), '{"date":');
    await writeFile(join(folder, 'notes.json'), '[]');
    await save('2026-01-01T00:00:00.000Z', [{ name: 'ranks', answers: ['fast'] }]);
    expect(await resultOf('ranks')).toMatchObject({ answers: ['fast'] });
  });

  it('has no results where nothing was measured', async () => {
    const claims = await new ClaimsService(join(folder, 'missing')).claims();
    expect(claims.length).toBeGreaterThan(5);
    expect(claims.every(({ result }) => result === null)).toBe(true);
  });
});
