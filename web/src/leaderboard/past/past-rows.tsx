import { SHOWN } from '../board/board-feed.js';
import { showPresent, shownPast } from './past-windows.js';

/** The final rows of a window or a season that has ended. */
export function PastRows() {
  if (shownPast.value === null) return null;
  const { name: past, endsAt, total, entries } = shownPast.value;
  return (
    <>
      <p class="followed" role="status" data-testid="past-end">
        <span>
          <strong>
            <bdi>{past}</bdi>
          </strong>{' '}
          ended at {endsAt.slice(0, 16).replace('T', ' ')} UTC with {total.toLocaleString('en-US')} players.
          PostgreSQL keeps it, and it is final.
        </span>
        <button type="button" class="quiet" onClick={showPresent}>
          back to now
        </button>
      </p>
      <ol class="neighbours" aria-label={`Final ranks of ${past}`}>
        {entries.slice(0, SHOWN).map(({ rank, playerId, name, score }) => (
          <li key={playerId} data-testid="past-row">
            <span class="board-rank">{rank}</span>
            <bdi class="board-name">{name ?? playerId}</bdi>
            <span class="board-score">{score.toLocaleString('en-US')}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
