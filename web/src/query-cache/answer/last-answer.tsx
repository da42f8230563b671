import { ProblemNote } from '../../http/problem-note.js';
import { Term } from '../../page/term.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { activity, askProblem, lastAnswer, type LastAnswer } from '../request/query-requests.js';
import type { Outcome } from './cache-status.js';
import { TimeSplit } from './time-split.js';

export function LastAnswerView() {
  return (
    <div class="answer">
      <ProblemNote problem={askProblem.value} />
      {lastAnswer.value === null ? (
        <p class="empty">No answer yet. Ask once, then once more: the second answer comes from memory.</p>
      ) : (
        <AnswerFigures {...lastAnswer.value} />
      )}
    </div>
  );
}

function AnswerFigures(answer: LastAnswer) {
  return (
    <>
      {/* Five announcements a second would help nobody. */}
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
  return seconds < 0 ? `over since ${-seconds} s` : `${seconds} s more`;
}

const meanings: Record<Outcome, string> = {
  hit: 'answered from memory',
  stale: 'answered from memory, past its time',
  coalesced: 'waited for somebody else who asked the same',
  miss: 'not in memory: the database answered, and the answer is stored',
  reload: 'the database answered, and the answer is stored anew',
  bypass: 'straight from the database, the cache left alone',
  degraded: 'the engine did not answer, so the database did',
};

function meaningOf({ outcome, way }: LastAnswer): string {
  if (outcome === null) return 'the answer has no Cache-Status header';
  if (way === 'uncached' && outcome !== 'bypass')
    return 'this server heeds no-store only with an operator key, so this time does not count as uncached';
  return meanings[outcome];
}
