import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { follow, followed, me, SHOWN, top } from '../board/board-feed.js';
import { errorOf, Field } from '../../http/field.js';
import { ProblemNote } from '../../http/problem-note.js';
import { leadState } from './lead.js';
import { drawPlayer, drawProblem, followById, players, readPlayers } from './players.js';

/** The row of one player, who may be far below the top. */
export function PlacePanel({ children }: { children: ComponentChildren }) {
  useEffect(() => void readPlayers(), []);
  return (
    <section class="panel" aria-labelledby="place-title">
      <h2 id="place-title">Your row</h2>
      <div class="form-row">
        <Field class="grow" label="Player" error={errorOf(leadState.value.problem, 'playerId')}>
          {(attributes) => (
            <select
              {...attributes}
              data-testid="player"
              value={followed.value?.playerId ?? ''}
              onFocus={() => void readPlayers()}
              onChange={(event) => followById(event.currentTarget.value)}
            >
              <option value="">No player</option>
              {choices().map(({ playerId, name }) => (
                <option key={playerId} value={playerId}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="button" class="at-end" data-testid="draw" onClick={() => void draw()}>
          Draw one
        </button>
      </div>
      <ProblemNote problem={drawProblem.value} />
      <Followed />
      <Neighbours />
      {children}
    </section>
  );
}

async function draw(): Promise<void> {
  drawProblem.value = await drawPlayer();
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

function placeOf(playerId: string): string {
  // The top is up to a second ahead of `me`, and both are in view.
  const place = top.value?.entries.slice(0, SHOWN).find((entry) => entry.playerId === playerId) ?? me.value;
  if (place === null) return 'not ranked yet';
  return `rank ${place.rank.toLocaleString('en-US')} with ${place.score.toLocaleString('en-US')}`;
}
