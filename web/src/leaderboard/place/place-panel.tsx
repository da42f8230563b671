import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../../http/problem-note.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { follow, followed, me, top } from '../board/board-feed.js';
import { lead, leadState } from './lead.js';
import { drawPlayer, followById, players, readPlayers } from './players.js';

/** The row of one player, who may be far below the top. */
export function PlacePanel() {
  useEffect(() => void readPlayers(), []);
  return (
    <section class="panel" aria-labelledby="place-title">
      <h2 id="place-title">Your row</h2>
      <div class="form-row">
        <label class="grow">
          Player
          <select
            data-testid="player"
            value={followed.value?.playerId ?? ''}
            onFocus={() => void readPlayers()}
            onChange={(event) => followById(event.currentTarget.value)}
          >
            <option value="">Nobody</option>
            {choices().map(({ playerId, name }) => (
              <option key={playerId} value={playerId}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="at-end" data-testid="draw" onClick={() => void drawPlayer()}>
          Draw one
        </button>
      </div>
      <Followed />
      <Neighbours />
      <Lead />
    </section>
  );
}

/** With the followed player, who may have been clicked before the others were read. */
function choices() {
  const chosen = followed.value;
  const isListed = players.value.some(({ playerId }) => playerId === chosen?.playerId);
  return chosen === null || isListed ? players.value : [chosen, ...players.value];
}

function Followed() {
  if (followed.value === null)
    return <p class="hint">Choose or draw a player, or click a row of the board to follow it.</p>;
  const { playerId, name } = followed.value;
  return (
    <p class="followed" data-testid="followed">
      <span>
        Following{' '}
        <strong>
          <bdi>{name}</bdi>
        </strong>
        , {placeOf(playerId)}
      </span>
      <button type="button" class="quiet" onClick={() => follow(null)}>
        stop
      </button>
    </p>
  );
}

function Neighbours() {
  if (me.value === null) return null;
  return (
    <ol class="neighbours" aria-label="Players around the one you follow">
      {me.value.neighbours.map(({ rank, playerId, name, score }) => (
        <li
          key={playerId}
          data-testid="neighbour"
          aria-current={playerId === followed.value?.playerId || undefined}
        >
          <span class="board-rank">{rank}</span>
          <bdi class="board-name">{name ?? playerId}</bdi>
          <span class="board-score">{score.toLocaleString('en-US')}</span>
        </li>
      ))}
    </ol>
  );
}

/** A score of one's own, to see how long a change takes to the page. */
function Lead() {
  const { isWaiting, result, problem } = leadState.value;
  const name = followed.value?.name ?? 'a player';
  return (
    <>
      <div class="actions">
        <button type="button" aria-disabled={isWaiting} data-testid="lead" onClick={() => void lead()}>
          Put {name} first
        </button>
      </div>
      <ProblemNote problem={problem} />
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

function placeOf(playerId: string): string {
  // The top is up to a second ahead of `me`, and both are in view.
  const place = top.value?.entries.find((entry) => entry.playerId === playerId) ?? me.value;
  if (place === null) return 'not ranked yet';
  return `rank ${place.rank.toLocaleString('en-US')} with ${place.score.toLocaleString('en-US')}`;
}
