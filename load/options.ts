import { parseArgs } from 'node:util';
import { isUsed, type Named, SCENARIO_OPTIONS } from './usage.js';

export interface LoadOptions {
  /** Names of scenarios; empty: all. */
  scenarios: string[];
  /** A running app. null: start a stack. */
  url: string | null;
  /** Shorter loads, with less certain figures. */
  quick: boolean;
  /** Target length of one round of one side. */
  seconds: number;
  /** Rounds of each side; the sides alternate. */
  rounds: number;
  /** Concurrent clients, each with one request at a time (a closed load model). */
  connections: number;
  /** JSON file of the report. null: a file under .data/load named by the date. */
  json: string | null;
  /** HTML file of the report. null: the same name as the JSON file. */
  html: string | null;
  /** Takes CPU profiles. */
  profile: boolean;
  /** JSON file of an earlier report. null: none. */
  compare: string | null;
}

// Fewer than six rounds give no verdict.
const FULL = { rounds: '9', seconds: '0.6' };
const QUICK = { rounds: '6', seconds: '0.12' };

/** Throws an Error that names the wrong option and its allowed values. */
export function parseOptions(args: string[], scenarios: readonly Named[]): LoadOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'i-own-this-host': { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      json: { type: 'string' },
      html: { type: 'string' },
      compare: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  const names = scenarios.map(({ name }) => name);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no scenario "${unknown}". Choose from ${names.join(', ')}.`);
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const useless = SCENARIO_OPTIONS.find(
    (option) => values[option] !== undefined && !chosen.some((scenario) => isUsed(option, scenario)),
  );
  if (useless !== undefined)
    throw new Error(
      `--${useless} has no effect on ${positionals.join(', ') || 'any of these scenarios'}. --help lists the options of each.`,
    );
  if (values.profile && values.url !== undefined)
    throw new Error('--profile needs an app that this command starts. Remove --url.');
  const { rounds, seconds } = { ...(values.quick ? QUICK : FULL), ...definedIn(values) };
  return {
    scenarios: positionals,
    quick: values.quick,
    profile: values.profile,
    url: values.url === undefined ? null : originOf(values.url, values['i-own-this-host']),
    seconds: numberIn('--seconds', seconds, 0.1, 60),
    rounds: wholeNumber('--rounds', rounds, 20),
    connections: wholeNumber('--connections', values.connections ?? '4', 64),
    json: values.json ?? null,
    html: values.html ?? null,
    compare: values.compare ?? null,
  };
}

function definedIn({ rounds, seconds }: { rounds?: string; seconds?: string }) {
  return { ...(rounds !== undefined && { rounds }), ...(seconds !== undefined && { seconds }) };
}

function numberIn(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw new Error(`${name} must be a number from ${min} to ${max}, not "${text}".`);
  return value;
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) {
    throw new Error(`${name} must be a whole number from 1 to ${max}, not "${text}".`);
  }
  return value;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A load test against another machine could be an attack. */
function originOf(text: string, isOwner: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new Error(`--url must be the URL of an app, for example http://localhost:3000, not "${text}".`);
  if (LOOPBACK.test(url.hostname) || isOwner) return url.origin;
  throw new Error(
    `--url names ${url.host}, which is not this machine. If that host is yours, add --i-own-this-host.`,
  );
}
