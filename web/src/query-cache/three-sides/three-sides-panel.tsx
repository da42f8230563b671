import { ProblemNote } from '../../http/problem-note.js';
import { SideCards } from '../../sides/side-cards.js';
import { sides } from '../../sides/side.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { path } from '../request/query-requests.js';
import { BURST_SIZE, bursts, isBursting, runBursts, type BurstState } from './bursts.js';
import { chosenComparison } from './chosen-comparison.js';
import { burstQuestion } from './burst-question.js';

/** The question of the form, put to all three sides. */
export function ThreeSidesPanel() {
  const { states, isRunning, run } = chosenComparison;
  return (
    <section class="panel" aria-labelledby="three-sides-title">
      <h2 id="three-sides-title">Three sides of this question</h2>
      <SideCards states={states.value} isRunning={isRunning.value} />
      <div class="actions">
        <button
          type="button"
          class="primary"
          aria-disabled={isRunning.value}
          data-testid="compare-sides"
          onClick={() => void run(path.value)}
        >
          {isRunning.value ? 'Comparing' : 'Compare the sides'}
        </button>
        <button
          type="button"
          aria-disabled={isBursting.value}
          disabled={burstQuestion.value === null}
          data-testid="burst"
          onClick={() => void runBursts()}
        >
          {isBursting.value ? 'Sending' : `${BURST_SIZE} at once`}
        </button>
      </div>
      <p class="hint">
        {burstQuestion.value === null
          ? 'Bursts are for the questions that PostgreSQL answers.'
          : `Sends ${BURST_SIZE} equal requests while no cache has the answer, and counts how many reach PostgreSQL.`}
      </p>
      <dl class="bursts">
        {bursts.value.map((burst) => (
          <div key={burst.side}>
            <dt>{sides[burst.side].label}</dt>
            <dd data-testid={`burst-${burst.side}`}>
              <Burst {...burst} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Burst({ report, problem }: BurstState) {
  if (problem !== null) return <ProblemNote problem={problem} />;
  if (report === null) return <span class="skeleton skeleton-line" />;
  const { flightQueries, requests, answered, durationMs } = report;
  return (
    <>
      <strong>{flightQueries.toLocaleString('en-US')}</strong> of {requests} reached the database.{' '}
      {answered === requests ? 'All were answered' : `${answered} were answered, the others refused`} within{' '}
      {formatMilliseconds(durationMs)}.
    </>
  );
}
