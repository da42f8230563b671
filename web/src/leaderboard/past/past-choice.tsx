import { useEffect } from 'preact/hooks';
import { ProblemNote } from '../../http/problem-note.js';
import { watchedBoard } from '../board/board-feed.js';
import { choosePast, pastPage, pastProblem, pastWindows, readPastWindows } from './past-windows.js';

/** Chooses a window that has ended. */
export function PastChoice() {
  useEffect(() => void readPastWindows(), [watchedBoard.value]);
  const isEmpty = pastWindows.value.length === 0;
  return (
    <>
      <label>
        Past windows
        <select
          data-testid="past"
          value={pastPage.value?.period ?? ''}
          onFocus={() => void readPastWindows()}
          onChange={(event) => void choosePast(event.currentTarget.value)}
        >
          <option value="">{isEmpty ? 'None has ended yet' : 'Now'}</option>
          {pastWindows.value.map(({ period }) => (
            <option key={period} value={period}>
              {period}
            </option>
          ))}
        </select>
      </label>
      <ProblemNote problem={pastProblem.value} />
    </>
  );
}
