import type { NodeActivity } from '../../../../src/demo/console/console.wire.js';
import { formatClock } from '../../time/format-time.js';
import { history, HISTORY_SECONDS } from '../activity.js';
import { marks } from './marks.js';

const HEIGHT = 40;
const SHOWN_EVENTS = 6;

/** Rates of this node, with what happened meanwhile. */
export function LastMinutes() {
  return (
    <section class="panel wide" aria-labelledby="minutes-title">
      <h2 id="minutes-title">The last three minutes</h2>
      <div class="rates">
        <Rate name="answers from memory" of="memory" valueOf={({ fromMemory }) => fromMemory} />
        <Rate name="database queries" of="database" valueOf={({ flightQueries }) => flightQueries} />
        <Rate name="statements of any kind" of="page" valueOf={({ statements }) => statements} />
      </div>
      <Events />
    </section>
  );
}

interface RateProps {
  name: string;
  of: 'memory' | 'database' | 'page';
  valueOf: (second: NodeActivity) => number;
}

/** One point for each second, the newest on the right, and a line at each mark. */
function Rate({ name, of, valueOf }: RateProps) {
  const values = history.value.map(valueOf);
  const most = Math.max(1, ...values);
  const newest = Date.parse(history.value.at(-1)?.at ?? '');
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  const points = values.map((value, i) => `${HISTORY_SECONDS - values.length + i},${y(value)}`);
  const words = `${name} a second: ${values.at(-1) ?? 0} now, at most ${most}`;
  return (
    <figure class="rate" data-line={of}>
      <figcaption>
        {name}/s <span class="hint">at most {most.toLocaleString('en-US')}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${HISTORY_SECONDS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words}
      >
        {marks.value.map(({ at, words: event }) => {
          const x = HISTORY_SECONDS - (newest - at) / 1_000;
          return <line key={`${at} ${event}`} x1={x} x2={x} y1={0} y2={HEIGHT} />;
        })}
        <polyline points={points.join(' ')} />
      </svg>
    </figure>
  );
}

function Events() {
  if (marks.value.length === 0)
    return <p class="hint">Killed and promoted servers and invalidations are marked with a line.</p>;
  return (
    <ol class="marks" data-testid="marks">
      {marks.value.slice(-SHOWN_EVENTS).map(({ at, words }) => (
        <li key={`${at} ${words}`}>
          <span class="hint">{formatClock(new Date(at).toISOString())}</span> {words}
        </li>
      ))}
    </ol>
  );
}
