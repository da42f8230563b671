import { formatMs, formatTimes } from './measuring/format.js';
import type { Gain } from './measuring/gain.js';
import type { Requests } from './measuring/closed-loop.js';
import { measureInTurn, type Side, type SideFigures } from './measuring/sides.js';
import type { LoadOptions } from './options.js';
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
    connections: measured.connections,
    sides: measured.sides,
    gains: Object.fromEntries(others.map((over) => [over, measured.gains(first, over)])),
  };
}

/** About how long one side of a comparison takes: rounds, their counts and the warm-up. */
export function secondsOfSide({ rounds, seconds }: LoadOptions): number {
  return rounds * (seconds + 0.06) + Math.min(0.5, seconds) + 0.4;
}

/** A side that answers these requests, sent in a closed loop. */
export function sideOf(
  scene: Scene,
  name: string,
  requests: Requests,
  counts: () => Promise<Record<string, number>>,
): Side {
  return { name, counts, send: (amount, connections) => sendAll(scene, requests, { amount, connections }) };
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

/** The module compared with the textbook: requests per second, latency and processor time of the app. */
export function describeCost({ title, sides, gains }: Comparison): string {
  const [module, textbook] = sides;
  const gain = gains['textbook']?.requestsPerSecond;
  if (!module || !textbook || !gain) throw new Error('A side was not measured.');
  const latency = `half of the answers within ${formatMs(module.p50Ms)} ms instead of ${formatMs(textbook.p50Ms)} ms`;
  return `${title}: ${describeRate(gain, 'the textbook')}, ${latency}. A request uses ${processorMs(module)} ms of the app's processor time instead of ${processorMs(textbook)} ms.`;
}

function processorMs({ counts, requests }: SideFigures): string {
  return formatMs((counts['appCpuMs'] ?? NaN) / requests);
}
