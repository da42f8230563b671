import { Swatch } from '../../page/swatch.js';
import { formatMilliseconds } from '../../time/format-time.js';

export interface Phase {
  name: string;
  ms: number;
  /** The colour: `cached`, `uncached` or `rest`. */
  of: 'cached' | 'uncached' | 'rest';
}

/** Phases that follow each other: each bar starts where the one above it ends. */
export function Waterfall({ phases }: { phases: Phase[] }) {
  const total = phases.reduce((sum, { ms }) => sum + ms, 0) || 1;
  let startMs = 0;
  return (
    <ol class="waterfall" data-testid="waterfall">
      {phases.map(({ name, ms, of }) => {
        const left = (100 * startMs) / total;
        startMs += ms;
        return (
          <li key={name}>
            <span>
              <Swatch of={of} /> {name}
            </span>
            <span class="waterfall-track" aria-hidden="true">
              <span data-of={of} style={{ marginLeft: `${left}%`, width: `${(100 * ms) / total}%` }} />
            </span>
            <b>{formatMilliseconds(ms)}</b>
          </li>
        );
      })}
    </ol>
  );
}
