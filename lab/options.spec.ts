import { describe, expect, it } from 'vitest';
import type { Experiment } from './experiment.js';
import { parseOptions, runsOf, usageOf } from './options.js';

const experiment = (name: string, more: Partial<Experiment> = {}): Experiment => ({
  name,
  claim: `The claim of ${name}.`,
  method: '',
  topologies: ['sentinel', 'cluster'],
  seconds: () => 1,
  run: async () => ({ figures: [] }),
  answers: () => [],
  ...more,
});
const EXPERIMENTS = [experiment('failover'), experiment('nodes', { topologies: ['standalone'] })];

const parse = (...args: string[]) => parseOptions(args, EXPERIMENTS, {});
const namesOf = (...args: string[]) => parse(...args).experiments.map(({ name }) => name);

describe('parseOptions', () => {
  it('runs an experiment five times on the usual servers unless told otherwise', () => {
    const options = parse('failover');
    expect(options).toMatchObject({ engine: null, topology: null, json: null, isAll: false, quick: false });
    expect(namesOf('failover')).toEqual(['failover']);
    expect(runsOf(options)).toBe(5);
    expect(runsOf(parse('failover', '--quick'))).toBe(1);
  });

  it('leaves out of "all" what does not work on the chosen topology', () => {
    expect(namesOf('all')).toEqual(['failover', 'nodes']);
    expect(namesOf('all', '--topology', 'cluster')).toEqual(['failover']);
  });

  it.each([
    [['lunch'], 'EXPERIMENT must be failover, nodes, or all, not "lunch".'],
    [[], 'EXPERIMENT must be failover, nodes, or all, not "".'],
    [['failover', 'nodes'], 'EXPERIMENT must be failover, nodes, or all, not "failover nodes".'],
    [['all', '--engine', 'mysql'], '--engine must be valkey or redis, not "mysql".'],
    [['failover', '--topology', 'ring'], '--topology must be standalone, sentinel or cluster, not "ring".'],
    [
      ['failover', '--topology', 'standalone'],
      '--topology must be sentinel or cluster for failover, not "standalone".',
    ],
    [['failover', '--continue'], '--continue works with all only. Remove it, or run "all".'],
    [['failover', '--json', ''], '--json must be the name of a file, not "".'],
    [['failover', '--json', 'reports/'], '--json must be the name of a file, not "reports/".'],
    [['failover', '--fast'], "Unknown option '--fast'. See npm run lab -- --help."],
  ])('rejects %j in one sentence', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it('does not repeat a URL', () => {
    const url = 'valkey://app:secret@127.0.0.1:1';
    expect(() => parse('failover', '--engine', url)).toThrow(
      /^--engine must be valkey or redis, not "<url>"\.$/,
    );
    expect(() => parse(url)).toThrow(/^EXPERIMENT must be failover, nodes, or all, not "<url>"\.$/);
    expect(() => parseOptions(['failover', '--engine', url], EXPERIMENTS, { ENGINE_URL: url })).toThrow(
      /: env -u ENGINE_URL npm run lab -- failover --engine <url>$/,
    );
  });

  it('refuses settings that name servers, without repeating their URLs', () => {
    const parseWith = (environment: NodeJS.ProcessEnv) =>
      parseOptions(['failover', '--quick'], EXPERIMENTS, environment);
    const ENGINE_URL = 'valkeys+cluster://app:secret@127.0.0.1:1?ca=wrong.pem';
    expect(() => parseWith({ ENGINE_URL, DATABASE_URL: 'postgres://127.0.0.1:1/app' })).toThrow(
      /^The lab breaks only servers that it starts itself. Unset ENGINE_URL and DATABASE_URL: env -u ENGINE_URL -u DATABASE_URL npm run lab -- failover --quick$/,
    );
    expect(parseWith({ ENGINE_URL: '' }).quick).toBe(true);
  });
});

describe('usageOf', () => {
  it('lists each experiment with its claim and topologies', () => {
    expect(usageOf(EXPERIMENTS)).toContain('failover  The claim of failover. (sentinel, cluster)');
  });
});
