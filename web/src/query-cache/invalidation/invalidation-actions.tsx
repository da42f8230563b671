import { LetItExpire } from '../answer/expiry.js';
import { ProblemNote } from '../../http/problem-note.js';
import {
  invalidateAll,
  invalidateEntry,
  invalidateQuery,
  invalidateTag,
  invalidation,
  targets,
} from './invalidate.js';

export function InvalidationActions() {
  const { entry, tag } = targets.value;
  return (
    <div class="invalidation">
      <h3>Invalidate it, or let it expire</h3>
      <div class="actions">
        <button type="button" data-testid="invalidate-entry" onClick={() => void invalidateEntry()}>
          This answer
        </button>
        {tag !== null && (
          <button type="button" data-testid="invalidate-tag" onClick={() => void invalidateTag(tag)}>
            All with {tag}
          </button>
        )}
        <button
          type="button"
          data-testid="invalidate-query"
          onClick={() => void invalidateQuery(entry.query)}
        >
          All of {entry.query}
        </button>
        <button type="button" data-testid="invalidate-all" onClick={() => void invalidateAll()}>
          Everything
        </button>
        <LetItExpire />
      </div>
      <Result />
    </div>
  );
}

function Result() {
  const result = invalidation.value;
  if (result === null)
    return (
      <p class="hint">
        After an invalidation the next request is a miss, on every node. An expired answer is served once
        more, as stale, while a new one is loaded.
      </p>
    );
  if (!result.ok) return <ProblemNote problem={result.problem} />;
  return (
    <p class="note" role="status" data-testid="invalidated">
      {result.of}: invalid.{' '}
      {result.isConfirmed
        ? 'The next request is a miss.'
        : 'The engine has not confirmed it yet, so other nodes may still serve it.'}
    </p>
  );
}
