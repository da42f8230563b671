import { ProblemNote } from '../../http/problem-note.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { followed } from '../board/board-feed.js';
import { lead, leadState } from './lead.js';

/** A score of one's own, to see how long a change takes to the page. */
export function LeadAction() {
  const { isWaiting, result, problem } = leadState.value;
  const name = followed.value?.name ?? 'a player';
  return (
    <>
      <div class="actions">
        <button type="button" aria-disabled={isWaiting} data-testid="lead" onClick={() => void lead()}>
          Put <bdi>{name}</bdi> first
        </button>
      </div>
      <ProblemNote problem={problem} beside={['playerId']} />
      <p class="hint" role="status" data-testid="lag">
        {result === null ? (
          'Submits a score and measures the time from the click until the change is on this page.'
        ) : (
          <>
            <strong>{formatMilliseconds(result.pushedMs)}</strong> from the click until{' '}
            <bdi>{result.name}</bdi> was first on this page: stored in PostgreSQL, ranked by the engine,
            pushed. The answer to the click took {formatMilliseconds(result.answeredMs)}.
          </>
        )}
      </p>
    </>
  );
}
