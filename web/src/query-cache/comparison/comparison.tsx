import { Swatch } from '../../page/swatch.js';
import { Term } from '../../page/term.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { roundTrips, type Way } from '../request/query-requests.js';
import { compare, formatRatio, type Comparison } from './round-trips.js';

/** Both medians and their ratio. */
export function ComparisonView() {
  const comparison = compare(roundTrips.value);
  return (
    <div class="comparison">
      <p class="ratio">
        <strong data-testid="ratio">{formatRatio(comparison.ratio)}</strong>
        <span>{verdictOn(comparison)}</span>
      </p>
      <dl class="figures">
        <Median way="cached" ms={comparison.cachedMs} />
        <Median way="uncached" ms={comparison.uncachedMs} />
      </dl>
    </div>
  );
}

function verdictOn({ cachedMs, uncachedMs, ratio }: Comparison): string {
  if (ratio !== null) return ratio < 1.5 ? 'no gain worth a cache' : 'faster from memory';
  if (cachedMs === null && uncachedMs === null) return 'request both ways to compare';
  return cachedMs === null ? 'now request cached' : 'now request uncached';
}

function Median({ way, ms }: { way: Way; ms: number | null }) {
  const name = (
    <>
      <Swatch of={way} /> {way}, median of {roundTrips.value[way].length}
    </>
  );
  return (
    <Term name={name} testId={`median-${way}`}>
      {ms === null ? '–' : formatMilliseconds(ms)}
    </Term>
  );
}
