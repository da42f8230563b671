import { parseArgs } from 'node:util';

export interface LoadOptions {
  /** A running app. null: start a stack. */
  url: string | null;
  /** Target length of one round. */
  seconds: number;
  /** Rounds of each side; uncached and cached alternate. */
  rounds: number;
  /** Concurrent clients, each with one request at a time (a closed load model). */
  connections: number;
  /** JSON file for the figures. null: a file under .data/load named by the date. */
  json: string | null;
}

export const usage = `Usage: npm run load -- [viewers | submissions] [options]
  viewers             2,000 viewers of a leaderboard that changes 2,000 times a second
  submissions         5,000 scores a second in batches
                      default: the flight queries, cached and uncached
  --url URL           an app that already runs on this machine (default: start one)
  --seconds 1-60      length of one round (default 2), or of a load on a leaderboard (15)
  --rounds 1-20       rounds of each side, uncached and cached alternate (default 3)
  --connections 1-64  concurrent clients (default 4)
  --json FILE         output file of the figures (default .data/load/<date>.json)`;

/** Throws an Error that names the wrong option and its allowed values. */
export function parseOptions(args: string[]): LoadOptions {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '4' },
      json: { type: 'string' },
    },
  });
  return {
    url: values.url === undefined ? null : loopbackOrigin(values.url),
    seconds: wholeNumber('--seconds', values.seconds, 60),
    rounds: wholeNumber('--rounds', values.rounds, 20),
    connections: wholeNumber('--connections', values.connections, 64),
    json: values.json ?? null,
  };
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max) {
    throw new Error(`${name} must be a whole number from 1 to ${max}, not "${text}".`);
  }
  return value;
}

// Loopback only: a load test against another machine could be an attack.
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function loopbackOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || !loopback.test(url.hostname)) {
    throw new Error(
      `--url must be the URL of an app on this machine, for example http://localhost:3000, not "${text}".`,
    );
  }
  return url.origin;
}
