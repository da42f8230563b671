import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CrowdState } from '../../../../src/demo/crowd/crowd.wire.js';
import { errorOf, Field } from '../../http/field.js';
import { ProblemNote } from '../../http/problem-note.js';
import { cancelLoad, crowd, crowdProblem, loadProblem, startLoad, watchCrowd } from './crowd.js';
import { describeEnd, describeProgress } from './load-progress.js';
import { RankComparison } from './rank-comparison.js';

const TARGETS = [100_000, 250_000, 500_000, 1_000_000];

/** A board that is large enough to compare SQL with a sorted set. */
export function CrowdPanel() {
  useEffect(watchCrowd, []);
  return (
    <section class="panel wide" aria-labelledby="crowd-title">
      <h2 id="crowd-title">One rank among many players</h2>
      <p class="lead">
        SQL counts the players above one player. A sorted set knows the rank without counting. Load players to
        see what that is worth.
      </p>
      {crowd.value === null && crowdProblem.value === null && <span class="skeleton skeleton-line" />}
      {crowd.value !== null && <Crowd {...crowd.value} />}
      <ProblemNote problem={crowdProblem.value} />
    </section>
  );
}

function Crowd(state: CrowdState) {
  const { players, load } = state;
  const isLoading = load?.state === 'running';
  return (
    <>
      {isLoading ? <Progress load={load} /> : <LoadForm {...state} />}
      <ProblemNote problem={loadProblem.value} beside={isLoading ? [] : ['players']} />
      <RankComparison players={players} isLoading={isLoading} />
    </>
  );
}

function LoadForm({ players, largest, load }: CrowdState) {
  const targets = TARGETS.filter((target) => target > players);
  const chosen = useSignal<number | null>(null);
  const target = chosen.value !== null && chosen.value > players ? chosen.value : (targets[0] ?? largest);
  const submit = (event: Event): void => {
    event.preventDefault();
    void startLoad(target);
  };
  return (
    <>
      <p role="status" data-testid="crowd-players">
        The board has <strong>{players.toLocaleString('en-US')}</strong> players.{' '}
        {load !== null && describeEnd(load)}
      </p>
      {targets.length === 0 ? (
        <p class="hint">That is as many as it can have.</p>
      ) : (
        <form class="form-row" onSubmit={submit}>
          <Field label="Load up to" error={errorOf(loadProblem.value, 'players')}>
            {(attributes) => (
              <select
                {...attributes}
                value={target}
                data-testid="crowd-target"
                onChange={(event) => (chosen.value = Number(event.currentTarget.value))}
              >
                {targets.map((count) => (
                  <option key={count} value={count}>
                    {count.toLocaleString('en-US')} players
                  </option>
                ))}
              </select>
            )}
          </Field>
          <button type="submit" class="at-end" data-testid="load-crowd">
            Load
          </button>
        </form>
      )}
    </>
  );
}

function Progress({ load }: { load: NonNullable<CrowdState['load']> }) {
  return (
    <div class="load-progress">
      <label>
        <span data-testid="load-progress">{describeProgress(load)}</span>
        <progress max={load.target} value={load.players} />
      </label>
      <button type="button" data-testid="cancel-load" onClick={() => void cancelLoad()}>
        Cancel
      </button>
    </div>
  );
}
