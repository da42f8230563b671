import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ArenaState } from '../../../../src/demo/arena/arena.wire.js';
import { errorOf, Field } from '../../http/field.js';
import { ProblemNote } from '../../http/problem-note.js';
import { formatClock } from '../../time/format-time.js';
import { arena, arenaProblem, chooseRate, watchArena } from './arena.js';

const STEP = 5;

/** How often the simulated players score. */
export function ArenaPanel() {
  useEffect(watchArena, []);
  return (
    <section class="panel" aria-labelledby="arena-title">
      <h2 id="arena-title">Simulated players</h2>
      {arena.value === null && arenaProblem.value === null && <span class="skeleton skeleton-line" />}
      {arena.value !== null && <Rate {...arena.value} />}
      <ProblemNote problem={arenaProblem.value} beside={['scoresPerSecond']} />
    </section>
  );
}

function Rate({ scoresPerSecond, highest, usual, chosenUntil }: ArenaState) {
  // While the slider moves, its own value counts.
  const moving = useSignal<number | null>(null);
  const shown = moving.value ?? scoresPerSecond;
  const choose = (rate: number): void => {
    void chooseRate(rate).finally(() => (moving.value = null));
  };
  return (
    <>
      <Field
        class="rate"
        label={
          <span>
            <output data-testid="rate">{shown}</output> scores a second
          </span>
        }
        error={errorOf(arenaProblem.value, 'scoresPerSecond')}
      >
        {(attributes) => (
          <input
            {...attributes}
            type="range"
            min={0}
            max={highest}
            step={STEP}
            value={shown}
            data-testid="rate-slider"
            onInput={(event) => (moving.value = event.currentTarget.valueAsNumber)}
            onChange={(event) => choose(event.currentTarget.valueAsNumber)}
          />
        )}
      </Field>
      <div class="actions">
        <button type="button" onClick={() => choose(scoresPerSecond === 0 ? usual : 0)}>
          {scoresPerSecond === 0 ? 'Continue' : 'Pause'}
        </button>
        <button type="button" onClick={() => choose(highest)}>
          {highest} a second
        </button>
      </div>
      <p class="hint">
        One rate for all open pages and nodes, {usual} unless you choose.{' '}
        {chosenUntil === null
          ? 'A choice ends after ten minutes'
          : `This choice ends at ${formatClock(chosenUntil)}`}
        , or when no page is open. Then the players pause.
      </p>
    </>
  );
}
