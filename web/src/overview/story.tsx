import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { createComparison, type SideState, type SideStates } from '../sides/comparison.js';
import { compareWithDatabase } from '../sides/ratio.js';
import { SideCards } from '../sides/side-cards.js';
import { useFirstShown } from '../time/first-shown.js';
import { formatMilliseconds } from '../time/format-time.js';

/** A question that PostgreSQL answers in a tenth of a second, so that the comparison ends within a second of the opening. */
const PATH = '/api/flights/routes/JFK?limit=20';
const comparison = createComparison();

/** Once, when the page opens. */
export function compareOnce(): void {
  if (comparison.states.value.direct.kind === 'waiting') void comparison.run(PATH);
}

/** Compares the sides. */
export function Story() {
  const { states, isRunning } = comparison;
  useEffect(compareOnce, []);

  return (
    <section class="panel wide" aria-labelledby="story-title">
      <h2 id="story-title">The same question, with and without memory</h2>
      <p class="lead">
        Which routes from New York's JFK are the busiest? PostgreSQL groups every flight of the airport. A
        cache does this once, then reads the answer from memory.
      </p>
      <Headline states={states.value} />
      <SideCards states={states.value} isRunning={isRunning.value} />
      <div class="actions">
        <button type="button" aria-disabled={isRunning.value} onClick={() => void comparison.run(PATH)}>
          {isRunning.value ? 'Comparing' : 'Compare again'}
        </button>
        <a class="more" href="#/query-cache">
          Compare other questions, also one where a cache gains nothing
        </a>
      </div>
    </section>
  );
}

function Headline({ states: { direct, module } }: { states: SideStates }) {
  const databaseMs = timeOf(direct);
  const memoryMs = timeOf(module);
  useFirstShown('first figure', databaseMs !== null || memoryMs !== null);
  useFirstShown('comparison', databaseMs !== null && memoryMs !== null);
  if (direct.kind === 'failed' || module.kind === 'failed')
    return <p class="note">The comparison needs both PostgreSQL and the module. See their answers below.</p>;
  if (direct.kind !== 'answered' || module.kind !== 'answered')
    return <FirstFigure databaseMs={databaseMs} memoryMs={memoryMs} />;
  if (databaseMs === null || memoryMs === null) return null;
  return (
    <div class="headline" aria-live="polite">
      <strong data-testid="headline">{compareWithDatabase(databaseMs, memoryMs)}</strong>
      <p>
        {formatMilliseconds(memoryMs)} from memory, {formatMilliseconds(databaseMs)} in PostgreSQL, measured
        just now. With the way to this browser and back: {formatMilliseconds(module.times.roundTripMs)}{' '}
        against {formatMilliseconds(direct.times.roundTripMs)}.
      </p>
    </div>
  );
}

interface FirstFigureProps {
  databaseMs: number | null;
  memoryMs: number | null;
}

/** While the comparison runs. */
function FirstFigure({ databaseMs, memoryMs }: FirstFigureProps) {
  if (databaseMs !== null)
    return (
      <Running next="The next answers come from memory.">
        <strong data-of="database">{formatMilliseconds(databaseMs)} in PostgreSQL</strong>
      </Running>
    );
  if (memoryMs !== null)
    return (
      <Running next="PostgreSQL runs the same query now.">
        <strong>{formatMilliseconds(memoryMs)} from memory</strong>
      </Running>
    );
  return (
    <Running next="Comparing the cache with PostgreSQL.">
      <span class="skeleton skeleton-headline" />
    </Running>
  );
}

function Running({ next, children }: { next: string; children: ComponentChildren }) {
  return (
    <div class="headline" aria-busy="true">
      {children}
      <p>{next}</p>
    </div>
  );
}

function timeOf(state: SideState): number | null {
  return state.kind === 'answered' ? state.times.serverMs : null;
}
