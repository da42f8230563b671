import { roundTrips } from './request/query-requests.js';
import { ComparisonView } from './comparison/comparison.js';
import { LastAnswerView } from './answer/last-answer.js';
import { InvalidationActions } from './invalidation/invalidation-actions.js';
import { QueryForm } from './request/query-form.js';
import { ResultTableView } from './answer/result-table.js';
import { RoundTripChart } from './comparison/round-trip-chart.js';

export function AskPanel() {
  return (
    <section class="panel panel-ask" aria-labelledby="ask-title">
      <h2 id="ask-title">One request at a time</h2>
      <p class="lead">Queries of the US flights of 2001, answered by PostgreSQL or from memory.</p>
      <QueryForm />
      <div class="halves">
        <LastAnswerView />
        <ComparisonView />
      </div>
      <InvalidationActions />
      <RoundTrips />
      <ResultTableView />
    </section>
  );
}

/** Nothing before the first request: an empty chart says nothing. */
function RoundTrips() {
  const { cached, uncached } = roundTrips.value;
  return cached.length + uncached.length > 0 ? <RoundTripChart roundTrips={roundTrips.value} /> : null;
}
