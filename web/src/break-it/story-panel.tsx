import { formatClock } from '../time/format-time.js';
import { promotionsIn } from './events/promotion.js';
import { events } from './events/server-events.js';
import { type LoadSide, loadSides, tally } from './load/attempts.js';
import { LIMIT_MS } from './load/requests.js';
import { attempts, loadState, scoreChecks, startedAt } from './load/steady-load.js';
import { describeChange, describePromotion, describeRequests, describeScores } from './words.js';

/** The events, and what they cost, in words. */
export function StoryPanel() {
  return (
    <>
      <section class="panel" aria-labelledby="events-title">
        <h2 id="events-title">Events</h2>
        <Events />
      </section>
      <section class="panel" aria-labelledby="cost-title">
        <h2 id="cost-title">What it cost</h2>
        <Cost />
      </section>
    </>
  );
}

function Events() {
  const since = startedAt.value;
  return (
    <>
      {events.value.length === 0 && <p class="empty">Nothing has happened to a server yet.</p>}
      <div class="events" role="log" aria-live="polite" aria-label="Events" tabIndex={0}>
        <ol data-testid="events">
          {events.value.map((event) => (
            <li key={`${event.at} ${event.name} ${event.kind}`} data-kind={event.kind}>
              <span class="hint">
                {since === null || event.at < since
                  ? formatClock(new Date(event.at).toISOString())
                  : `${((event.at - since) / 1000).toFixed(1)} s`}
              </span>
              <span>{describeChange(event)}</span>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function Cost() {
  const since = startedAt.value;
  if (since === null) return <p class="empty">Shown after you have started the requests.</p>;
  const promotions = promotionsIn(events.value.filter(({ at }) => at >= since));
  return (
    <div class="cost" data-testid="cost">
      {promotions.map((promotion) => (
        <p key={promotion.promoted} data-testid="promotion">
          <strong>{describePromotion(promotion)}</strong>
        </p>
      ))}
      {(Object.keys(loadSides) as LoadSide[]).map((side) => (
        <SideCost key={side} side={side} />
      ))}
      {loadState.value === 'running' && (
        <p class="hint">Scores are compared with the boards when you stop.</p>
      )}
    </div>
  );
}

function SideCost({ side }: { side: LoadSide }) {
  const check = scoreChecks.value?.[side];
  return (
    <div>
      <h3>{loadSides[side]}</h3>
      <p data-testid={`requests-${side}`}>
        {describeRequests(tally(attempts.value.filter((one) => one.side === side)), LIMIT_MS)}
      </p>
      {check !== undefined && <p data-testid={`scores-${side}`}>{describeScores(check)}</p>}
    </div>
  );
}
