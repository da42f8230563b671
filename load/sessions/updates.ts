import { describeRate, sideOf } from '../comparison.js';
import type { LoadRequest } from '../measuring/closed-loop.js';
import { formatCount } from '../measuring/format.js';
import type { Side, SideFigures } from '../measuring/sides.js';
import type { Comparison } from '../scenario.js';
import { AcknowledgedUpdates, type Values } from './acknowledged-updates.js';
import { SESSION } from './reads.js';
import type { Visitor } from './visitors.js';

const DATA = `${SESSION}/data`;

interface SessionBody {
  data: Record<string, unknown>;
}

/** Updates of one session: each connection counts up a field of its own. */
export function updatesOf({ name, scene, pathOf, cookie, processorMs }: Visitor): Side {
  const { app } = scene;
  const updates = new AcknowledgedUpdates();
  const headers = { ...app.headers, cookie, 'content-type': 'application/json' };
  const requestsOf = (connection: number) => [
    updateOf(`connection${connection}`, updates, { path: pathOf(DATA), headers }),
  ];
  return sideOf(scene, name, requestsOf, async () => {
    const acknowledged = updates.values;
    const { data } = await app.get<SessionBody>(pathOf(SESSION), { cookie });
    updates.check(data, acknowledged);
    return { appCpuMs: await processorMs(), updatesLost: updates.countOfLost };
  });
}

/** Sets one field to 1, 2, 3, … One connection sends it, and waits for each answer. */
function updateOf(
  field: string,
  updates: AcknowledgedUpdates,
  request: Pick<LoadRequest, 'path' | 'headers'>,
): LoadRequest {
  // Numbers go on in the next round.
  let value = updates.values.get(field) ?? 0;
  return {
    ...request,
    method: 'PATCH',
    body: () => JSON.stringify({ [field]: ++value }),
    onSend: () => ({ sent: value, acknowledged: updates.values }),
    onAnswer: (body, onSend) => {
      const { sent, acknowledged } = onSend as { sent: number; acknowledged: Values };
      updates.check((JSON.parse(body) as SessionBody).data, acknowledged);
      updates.acknowledge(field, sent);
    },
  };
}

export function answerOfUpdates({ title, sides, gains }: Comparison): string {
  const [module, ...others] = sides;
  const gain = gains['textbook']?.requestsPerSecond;
  if (!module || !gain) throw new Error('A side was not measured.');
  const lost = others.map(
    (side) => `${side.name} ${formatCount(lostBy(side))} of ${formatCount(side.requests)}`,
  );
  return `${title}: ${describeRate(gain, 'the textbook')}, and ${formatCount(lostBy(module))} of ${formatCount(module.requests)} were lost. The others lost: ${lost.join(', ')}.`;
}

export function lostBy({ counts }: SideFigures): number {
  return counts['updatesLost'] ?? NaN;
}
