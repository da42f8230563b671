import type { ServerTiming } from '../../sides/server-timing.js';
import { Waterfall, type Phase } from './waterfall.js';

/** How the round trip divides: one phase for each tier in `Server-Timing`; the rest is network and app. */
export function TimeSplit({ timings, roundTripMs }: { timings: ServerTiming[]; roundTripMs: number }) {
  const knownMs = timings.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const phases = timings.map(({ name, durationMs }): Phase => {
    const tier = tiers[name];
    return tier === undefined
      ? { name, ms: durationMs, of: 'rest' }
      : { name: tier, ms: durationMs, of: name === 'database' ? 'uncached' : 'cached' };
  });
  const rest: Phase = { name: 'network and app', ms: Math.max(0, roundTripMs - knownMs), of: 'rest' };
  return <Waterfall phases={[...phases, rest]} />;
}

const tiers: Record<string, string | undefined> = {
  local: 'memory of the node',
  engine: 'engine',
  database: 'database',
};
