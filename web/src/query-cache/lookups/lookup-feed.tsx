import { FeedNote } from '../../live/feed-note.js';
import { outcomeNames, outcomes } from '../../outcomes/outcomes.js';
import {
  arrivedSincePause,
  chosenOutcomes,
  isPaused,
  shownLookups,
  toggleOutcome,
  togglePause,
} from './lookup-list.js';
import { LookupRow } from './lookup-row.js';

/** All lookups of this node. */
export function LookupFeed() {
  return (
    <>
      <div class="feed-header">
        <h3>Live</h3>
        <button
          type="button"
          class="quiet"
          aria-pressed={isPaused.value}
          data-testid="pause"
          onClick={togglePause}
        >
          {isPaused.value ? `Continue, ${arrivedSincePause.value} new` : 'Pause'}
        </button>
      </div>
      <Filter />
      <FeedNote isEmpty={shownLookups.value.length === 0} />
      <ul class="feed" data-testid="lookups">
        {shownLookups.value.map(({ number, item }) => (
          <li key={number}>
            <LookupRow trace={item} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Filter() {
  return (
    <div class="filter" role="group" aria-label="Show only these outcomes">
      {outcomeNames.map((outcome) => (
        <button
          key={outcome}
          type="button"
          class="quiet"
          data-outcome={outcome}
          aria-pressed={chosenOutcomes.value.has(outcome)}
          title={outcomes[outcome]}
          onClick={() => toggleOutcome(outcome)}
        >
          {outcome}
        </button>
      ))}
    </div>
  );
}
