import { Swatch } from '../../page/swatch.js';
import { formatMilliseconds } from '../../time/format-time.js';
import type { ServerTiming } from '../../sides/server-timing.js';

/** How the round trip divides: one part for each tier in `Server-Timing`; the rest is network and app. */
export function TimeSplit({ timings, roundTripMs }: { timings: ServerTiming[]; roundTripMs: number }) {
  const knownMs = timings.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const parts = [...timings, { name: 'rest', durationMs: Math.max(0, roundTripMs - knownMs) }];
  return (
    <div>
      <div class="split-bar" aria-hidden="true">
        {parts.map(({ name, durationMs }) => (
          <span key={name} data-of={name} style={{ flexGrow: durationMs }} />
        ))}
      </div>
      <ul class="split-legend">
        {parts.map(({ name, durationMs }) => (
          <li key={name}>
            <Swatch of={name} /> {name === 'rest' ? 'network and app' : name}{' '}
            <b>{formatMilliseconds(durationMs)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
