import type { LocalEngine } from '../../local/index.js';
import { type Outcome, request } from './answers.js';
import { pathOf } from './protocol.js';
import type { SideNode } from './side-node.js';
import type { Side } from './sides.js';

/** Half of them for an answer that the side has, half for new ones. */
export const OUTAGE_REQUESTS = 50;
const ANSWER_BYTES = 2_000;

export interface Outage {
  readonly hung: number;
  readonly failed: number;
}

/** Pauses the engine (SIGSTOP) and sends requests to all sides at once. Resumes it when all are answered or have timed out. */
export async function measureOutage(
  engine: LocalEngine,
  nodes: readonly SideNode[],
): Promise<Map<Side, Outage>> {
  const stored = pathOf({ bytes: ANSWER_BYTES, id: 'stored' });
  for (const { url } of nodes) for (let i = 0; i < 2; i++) await request(url + stored);
  engine.pause();
  try {
    const outages = nodes.map(async ({ side, url }) => {
      const requests = Array.from({ length: OUTAGE_REQUESTS }, (_, i) =>
        request(url + (i % 2 === 0 ? stored : pathOf({ bytes: ANSWER_BYTES, id: `new-${i}` }))),
      );
      return [side, outageOf(await Promise.all(requests))] as const;
    });
    return new Map(await Promise.all(outages));
  } finally {
    engine.resume();
  }
}

function outageOf(outcomes: readonly Outcome[]): Outage {
  const count = (wanted: Outcome['kind']) => outcomes.filter(({ kind }) => kind === wanted).length;
  return { hung: count('hung'), failed: count('failed') };
}
