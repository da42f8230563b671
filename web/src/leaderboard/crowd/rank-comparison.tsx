import { ProblemNote } from '../../http/problem-note.js';
import { compareWithDatabase } from '../../sides/ratio.js';
import { formatMilliseconds } from '../../time/format-time.js';
import { compareRanks, ranks, type RankAnswer } from './ranks.js';

/** The rank of one player, from SQL and from the sorted set. */
export function RankComparison({ players, isLoading }: { players: number; isLoading: boolean }) {
  const { isAsking, answers, problem } = ranks.value;
  return (
    <>
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={players === 0}
          aria-disabled={isAsking}
          data-testid="compare-ranks"
          onClick={() => void compareRanks(players)}
        >
          {isAsking ? 'Ranking' : 'Rank a random player'}
        </button>
      </div>
      {players === 0 && <p class="hint">Load players first.</p>}
      {isLoading && players > 0 && (
        <p class="hint">While a load runs, both answers take longer, and players are added between them.</p>
      )}
      <ProblemNote problem={problem} />
      {answers !== null && (
        <>
          <p class="comparison-words" role="status" data-testid="rank-ratio">
            {wordsFor(answers)}
          </p>
          <div class="sides two-sides">
            <Answer side="direct" label="SQL" about={countedBy(answers.sql)} answer={answers.sql} />
            <Answer
              side="module"
              label="Sorted set"
              about="ZREVRANK in the engine"
              answer={answers.sortedSet}
            />
          </div>
          <p class="hint">
            Each is the median of three answers. The times are from the header Server-Timing: the whole call
            in the server, with the way to PostgreSQL or to the engine.
          </p>
        </>
      )}
    </>
  );
}

interface AnswerProps {
  side: 'direct' | 'module';
  label: string;
  about: string;
  answer: RankAnswer;
}

function Answer({ side, label, about, answer: { by, playerId, rank, serverMs, roundTripMs } }: AnswerProps) {
  return (
    <div class="side" data-side={side}>
      <h3>{label}</h3>
      <p class="hint">{about}</p>
      <p class="side-time">
        <strong data-testid={`rank-ms-${by}`}>{formatMilliseconds(serverMs)}</strong>{' '}
        <span>in the server</span>
      </p>
      <p>
        <bdi>{playerId}</bdi> has{' '}
        {rank === null ? (
          'no rank now: the engine is down'
        ) : (
          <>
            rank <strong data-testid={`rank-${by}`}>{rank.toLocaleString('en-US')}</strong>
          </>
        )}
      </p>
      <p class="hint">{formatMilliseconds(roundTripMs)} round trip to this browser.</p>
    </div>
  );
}

function wordsFor({ sql, sortedSet }: { sql: RankAnswer; sortedSet: RankAnswer }): string {
  const words = compareWithDatabase(sql.serverMs, sortedSet.serverMs);
  return `The sorted set is ${words}.`;
}

/** The higher a player ranks, the fewer SQL counts, and the less the sorted set gains. */
function countedBy({ rank }: RankAnswer): string {
  return `count(*) over the best index: ${((rank ?? 1) - 1).toLocaleString('en-US')} players are above`;
}
