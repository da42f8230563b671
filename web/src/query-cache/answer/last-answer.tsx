import { ProblemNote } from '../../http/problem-note.js';
import { outcomes } from '../../outcomes/outcomes.js';
import { Term } from '../../page/term.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { formFields } from '../request/field-errors.js';
import { activity, requestProblem, lastAnswer, type LastAnswer } from '../request/query-requests.js';
import { TimeToLive } from './expiry.js';
import { TimeSplit } from './time-split.js';

export function LastAnswerView() {
  return (
    <div class="answer">
      <ProblemNote problem={requestProblem.value} beside={formFields} />
      {lastAnswer.value === null ? (
        <p class="empty">Request once, then again: the second answer comes from memory.</p>
      ) : (
        <AnswerFigures {...lastAnswer.value} />
      )}
    </div>
  );
}

function AnswerFigures(answer: LastAnswer) {
  return (
    <>
      {/* A screen reader cannot announce five answers a second. */}
      <p class="outcome" aria-live={activity.value === 'continuous' ? 'off' : 'polite'}>
        <strong data-testid="outcome" data-outcome={answer.outcome}>
          {answer.outcome ?? 'unknown'}
        </strong>{' '}
        <span>{meaningOf(answer)}</span>
      </p>
      <TimeSplit timings={answer.timings} roundTripMs={answer.roundTripMs} />
      <dl class="figures">
        <Term name="round trip">{formatMilliseconds(answer.roundTripMs)}</Term>
        <Term name="age">{answer.ageSeconds === null ? 'new' : `${answer.ageSeconds} s`}</Term>
        <Term name="fresh for">
          <TimeToLive />
        </Term>
      </dl>
    </>
  );
}

function meaningOf({ outcome, way }: LastAnswer): string {
  if (outcome === null) return 'the answer has no Cache-Status header';
  if (way === 'uncached' && outcome !== 'bypass')
    return 'this server accepts no-store only with an operator key, so this time does not count as uncached';
  return outcomes[outcome];
}
