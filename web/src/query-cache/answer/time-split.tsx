import type { ServerTiming } from '../../sides/server-timing.js';
import { Waterfall, type Phase } from './waterfall.js';

/** How the round trip divides: one phase for each entry of `Server-Timing`; the rest is network and app. */
export function TimeSplit({ timings, roundTripMs }: { timings: ServerTiming[]; roundTripMs: number }) {
  const knownMs = timings.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const phases = timings.map(({ name, durationMs }): Phase => {
    const [tier, of] = tiers[name] ?? [name, 'rest'];
    return { name: tier, ms: durationMs, of };
  });
  const rest: Phase = { name: 'network and app', ms: Math.max(0, roundTripMs - knownMs), of: 'rest' };
  return <Waterfall phases={[...phases, rest]} />;
}

const tiers: Record<string, [name: string, of: Phase['of']] | undefined> = {
  local: ['memory of the node', 'cached'],
  engine: ['engine', 'cached'],
  lease: ['lease or slot', 'rest'],
  database: ['database', 'uncached'],
};
