import { ProblemNote } from '../../http/problem-note.js';
import { Term } from '../../page/term.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { activity, requestProblem, lastAnswer, type LastAnswer } from '../request/query-requests.js';
import type { Outcome } from './cache-status.js';
import { TimeSplit } from './time-split.js';

export function LastAnswerView() {
  return (
    <div class="answer">
      <ProblemNote problem={requestProblem.value} />
      {lastAnswer.value === null ? (
        <p class="empty">No answer yet. Request once, then again: the second answer comes from memory.</p>
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
        <Term name="kept for">{formatTtl(answer.status?.ttlSeconds ?? null)}</Term>
      </dl>
    </>
  );
}

function formatTtl(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds < 0 ? `expired ${-seconds} s ago` : `${seconds} s more`;
}

const meanings: Record<Outcome, string> = {
  hit: 'answered from memory',
  stale: 'answered from memory, expired',
  coalesced: 'shared the load of another request',
  miss: 'not in memory: the database answered, and the answer is stored',
  reload: 'the database answered, and the answer replaced the stored one',
  bypass: 'straight from the database, the cache left alone',
  degraded: 'the engine did not answer, so the database did',
};

function meaningOf({ outcome, way }: LastAnswer): string {
  if (outcome === null) return 'the answer has no Cache-Status header';
  if (way === 'uncached' && outcome !== 'bypass')
    return 'this server accepts no-store only with an operator key, so this time does not count as uncached';
  return meanings[outcome];
}
