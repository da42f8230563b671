import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXPERIMENTS } from '../../../lab/experiments.js';
import { SCENARIOS } from '../../../load/scenarios.js';
import { CLAIMS } from '../../../src/demo/console/claims/claims.js';

describe('the claims of the console', () => {
  it('name scenarios that npm run load has', () => {
    const names = SCENARIOS.map(({ name }) => name);
    for (const { name } of CLAIMS.filter(({ command }) => command === 'load')) expect(names).toContain(name);
  });

  it('are, word for word, those of all experiments that npm run lab has', () => {
    const experiments = EXPERIMENTS.map(({ name, claim }) => ({ name, sentence: claim }));
    const claims = CLAIMS.filter(({ command }) => command === 'lab');
    expect(claims.map(({ name, sentence }) => ({ name, sentence }))).toEqual(experiments);
  });
});

describe('docs/claims.md', () => {
  it('has a figure for each promise, and a result of each experiment', async () => {
    const text = await readFile('docs/claims.md', 'utf8');
    expect(text).not.toContain('not measured');
    for (const { name, topologies } of EXPERIMENTS)
      for (const topology of topologies)
        expect(text).toMatch(new RegExp(`^## ${name} on \\w+ ${topology}, `, 'm'));
  });
});
