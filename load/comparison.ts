import { formatTimes } from './measuring/format.js';
import type { Gain } from './measuring/gain.js';
import type { Requests } from './measuring/closed-loop.js';
import { measureInTurn, type Side } from './measuring/sides.js';
import { type Comparison, type Scene, sendAll } from './scenario.js';

/** Measures the sides in turn. The first one is compared with each other one. */
export async function compareInTurn(
  { options, say }: Scene,
  title: string,
  sides: readonly Side[],
): Promise<Comparison> {
  const [first, ...others] = sides.map(({ name }) => name);
  if (first === undefined) throw new Error(`"${title}" has no side.`);
  const measured = await measureInTurn(sides, {
    ...options,
    onRound: (round) => say(`${title}: round ${round} of ${options.rounds}`),
  });
  return {
    title,
    sides: measured.sides,
    gains: Object.fromEntries(others.map((over) => [over, measured.gains(first, over)])),
  };
}

/** A side that answers these requests, sent in a closed loop. */
export function sideOf(
  scene: Scene,
  name: string,
  requests: Requests,
  counts: () => Promise<Record<string, number>>,
): Side {
  return { name, counts, send: (amount) => sendAll(scene, requests, amount) };
}

/** The same question to the textbook side. */
export function textbookPath(path: string): string {
  return path.replace(/^\/api\//, '/textbook/');
}

/** For example "12 times as many requests per second as the textbook". */
export function describeRate({ verdict, median }: Gain, other: string): string {
  const times = formatTimes(median);
  if (verdict === 'no difference')
    return `no difference in requests per second that this machine can show (${times} as many as ${other})`;
  return `${verdict === 'worse' ? 'only ' : ''}${times} as many requests per second as ${other}`;
}
