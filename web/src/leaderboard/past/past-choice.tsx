import { useEffect } from 'preact/hooks';
import { errorOf, Field } from '../../http/field.js';
import { ProblemNote } from '../../http/problem-note.js';
import { isDemo } from '../arena/arena.js';
import { watchedBoard } from '../board/board-feed.js';
import { choosePast, closeSeason, pastProblem, pasts, readPasts, shownPast } from './past-windows.js';

/** Chooses a window or a season that has ended. */
export function PastChoice() {
  useEffect(() => void readPasts(), [watchedBoard.value]);
  return (
    <>
      <div class="form-row">
        <Field
          class="grow"
          label="Past windows and seasons"
          error={errorOf(pastProblem.value, 'period', 'season')}
        >
          {(attributes) => (
            <select
              {...attributes}
              data-testid="past"
              value={shownPast.value?.name ?? ''}
              onFocus={() => void readPasts()}
              onChange={(event) => void choosePast(event.currentTarget.value)}
            >
              <option value="">{pasts.value.length === 0 ? 'None has ended yet' : 'Now'}</option>
              {pasts.value.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {isDemo.value && (
          <button type="button" class="at-end" data-testid="close-season" onClick={() => void closeSeason()}>
            Close the season
          </button>
        )}
      </div>
      <ProblemNote problem={pastProblem.value} beside={['period', 'season']} />
    </>
  );
}
