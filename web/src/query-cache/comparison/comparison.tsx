import { Swatch } from '../../page/swatch.js';
import { Term } from '../../page/term.js';
import { compareWithDatabase } from '../../sides/ratio.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { roundTrips, type Way } from '../request/query-requests.js';
import { compare } from './round-trips.js';

/** Both medians and their ratio. */
export function ComparisonView() {
  const { cachedMs, uncachedMs } = compare(roundTrips.value);
  if (cachedMs === null && uncachedMs === null) return null;
  return (
    <div class="comparison">
      <p class="ratio">
        {cachedMs !== null && uncachedMs !== null ? (
          <>
            <strong data-testid="ratio">{compareWithDatabase(uncachedMs, cachedMs)}</strong>
            <span>whole round trips, seen from this browser</span>
          </>
        ) : (
          <span>{cachedMs === null ? 'Now request cached.' : 'Now request uncached.'}</span>
        )}
      </p>
      <dl class="figures">
        <Median way="cached" ms={cachedMs} />
        <Median way="uncached" ms={uncachedMs} />
      </dl>
    </div>
  );
}

function Median({ way, ms }: { way: Way; ms: number | null }) {
  if (ms === null) return null;
  const name = (
    <>
      <Swatch of={way} /> {way}, median of {roundTrips.value[way].length}
    </>
  );
  return (
    <Term name={name} testId={`median-${way}`}>
      {formatMilliseconds(ms)}
    </Term>
  );
}
