import { useEffect } from 'preact/hooks';
import type { MeasuredClaim } from '../../../src/demo/console/console.wire.js';
import { ProblemNote } from '../http/problem-note.js';
import { claims, claimsProblem, loadClaims } from './claims.js';

/** What this project claims, and what was last measured on this machine. */
export function ClaimsView() {
  useEffect(() => void loadClaims(), []);
  return (
    <section class="panel wide" aria-labelledby="claims-title">
      <h2 id="claims-title">Claims, and what was measured here</h2>
      <p class="lead">
        Each command measures its claim again, on this machine, and saves a report. Where a claim does not
        hold, the result says so.
      </p>
      <ProblemNote problem={claimsProblem.value} />
      {claims.value === null ? (
        <p class="empty">Reading the reports.</p>
      ) : (
        <ul class="claims" data-testid="claims">
          {claims.value.map((claim) => (
            <Claim key={claim.command} {...claim} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Claim({ sentence, command, result }: MeasuredClaim) {
  return (
    <li>
      <h3>{sentence}</h3>
      {result === null ? <p class="empty">Not measured on this machine yet.</p> : <Result {...result} />}
      <code>{command}</code>
    </li>
  );
}

function Result({ answers, date, machine, isQuick }: NonNullable<MeasuredClaim['result']>) {
  const [first, ...others] = answers;
  return (
    <>
      <p>{first}</p>
      {others.length > 0 && (
        <details>
          <summary>{others.length === 1 ? 'One more result' : `${others.length} more results`}</summary>
          <ul>
            {others.map((answer) => (
              <li key={answer}>{answer}</li>
            ))}
          </ul>
        </details>
      )}
      <p class="hint">
        {new Date(date).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}, {machine}
        {isQuick && ', a quick run: short rounds say less'}
      </p>
    </>
  );
}
