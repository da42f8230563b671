import { parseArgs } from 'node:util';
import { UsageError } from '../local/launcher/command-line/options.js';
import type { Engine, Experiment, Topology } from './experiment.js';

export interface LabOptions {
  /** One of them, or all. */
  readonly experiments: readonly Experiment[];
  /** Whether `all` was named. */
  readonly isAll: boolean;
  /** One short run instead of five. */
  readonly quick: boolean;
  /** Whether results of an interrupted run of `all` are kept. */
  readonly isContinued: boolean;
  /** JSON file of the report. null: .data/lab/all.json, or a file under .data/lab named by the date. */
  readonly json: string | null;
  /** null: the first one that is installed. */
  readonly engine: Engine | null;
  /** null: the usual one of the experiment, or each of them with `all`. */
  readonly topology: Topology | null;
}

/** The first one that is installed is the default. */
export const ENGINES: readonly Engine[] = ['valkey', 'redis'];
const TOPOLOGIES: readonly Topology[] = ['standalone', 'sentinel', 'cluster'];
const RUNS = 5;
/** Settings that name servers. */
const SERVER_SETTINGS = [
  'ENGINE_URL',
  'SESSION_ENGINE_URL',
  'CACHE_ENGINE_URL',
  'LEADERBOARD_ENGINE_URL',
  'DATABASE_URL',
];

export function runsOf({ quick }: Pick<LabOptions, 'quick'>): number {
  return quick ? 1 : RUNS;
}

/** @throws UsageError, one sentence that names the setting */
export function parseOptions(
  args: readonly string[],
  all: readonly Experiment[],
  environment: NodeJS.ProcessEnv = process.env,
): LabOptions {
  const given = SERVER_SETTINGS.filter((name) => environment[name]);
  if (given.length > 0) {
    const unset = given.map((name) => `-u ${name}`).join(' ');
    throw new UsageError(
      `The lab breaks only servers that it starts itself. Unset ${given.join(' and ')}: env ${unset} npm run lab -- ${args.map(withoutUrl).join(' ')}`,
    );
  }
  const { values, positionals } = parse(args);
  if (values.json === '' || values.json?.endsWith('/')) {
    throw new UsageError(`--json must be the name of a file, not "${values.json}".`);
  }
  const engine = oneOf('--engine', ENGINES, values.engine);
  const topology = oneOf('--topology', TOPOLOGIES, values.topology);
  const isAll = positionals[0] === 'all';
  const named = all.filter((experiment) => isAll || experiment.name === positionals[0]);
  if (positionals.length !== 1 || named.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new UsageError(
      `EXPERIMENT must be ${names}, or all, not "${positionals.map(withoutUrl).join(' ')}".`,
    );
  }
  if (values.continue && !isAll) {
    throw new UsageError('--continue works with all only. Remove it, or run "all".');
  }
  const experiments = isAll ? named.filter(({ topologies }) => works(topologies, topology)) : named;
  for (const { name, topologies } of experiments) {
    if (!works(topologies, topology)) {
      throw new UsageError(`--topology must be ${listOf(topologies)} for ${name}, not "${topology}".`);
    }
  }
  const { quick, json = null, continue: isContinued } = values;
  return { experiments, isAll, isContinued, quick, json, engine, topology };
}

export function usageOf(all: readonly Experiment[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return [
    'Usage: npm run lab -- EXPERIMENT|all [options]',
    ...all.map(
      ({ name, claim, topologies }) => `  ${name.padEnd(width + 2)}${claim} (${topologies.join(', ')})`,
    ),
    '  all'.padEnd(width + 4) +
      'each of them in each topology; without --quick and --topology it writes docs/claims.md',
    '  --quick             one short run instead of five',
    '  --continue          with all: keeps the results of an interrupted run, and measures the rest',
    '  --engine valkey|redis',
    '                      default: the first one that is installed',
    '  --topology standalone|sentinel|cluster',
    '                      default: the first one in parentheses',
    '  --json FILE         the figures (default .data/lab/<date>.json, or all.json), and the page beside it',
    'Exits with 1 if a claim does not hold, and with 2 for a wrong option or setting.',
  ].join('\n');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        continue: { type: 'boolean', default: false },
        json: { type: 'string' },
        engine: { type: 'string' },
        topology: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See npm run lab -- --help.`);
  }
}

function oneOf<Value extends string>(
  option: string,
  allowed: readonly Value[],
  text: string | undefined,
): Value | null {
  if (text === undefined) return null;
  const value = allowed.find((one) => one === text);
  if (value !== undefined) return value;
  throw new UsageError(`${option} must be ${listOf(allowed)}, not "${withoutUrl(text)}".`);
}

/** A URL can have a password. */
function withoutUrl(text: string): string {
  return /:\/\/|@/.test(text) ? '<url>' : text;
}

function works(supported: readonly Topology[], wanted: Topology | null): boolean {
  return wanted === null || supported.includes(wanted);
}

/** "a, b or c" */
function listOf(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
