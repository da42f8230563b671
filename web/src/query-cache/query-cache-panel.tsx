import { roundTrips } from './request/query-requests.js';
import { ComparisonView } from './comparison/comparison.js';
import { LastAnswerView } from './answer/last-answer.js';
import { QueryForm } from './request/query-form.js';
import { ResultTableView } from './answer/result-table.js';
import { RoundTripChart } from './comparison/round-trip-chart.js';

export function QueryCachePanel() {
  return (
    <section class="panel panel-query-cache" aria-labelledby="query-cache-title">
      <h2 id="query-cache-title">Query cache</h2>
      <p class="lead">Queries of the US flights of 2001, answered by PostgreSQL or from memory.</p>
      <QueryForm />
      <div class="halves">
        <LastAnswerView />
        <ComparisonView />
      </div>
      <RoundTripChart roundTrips={roundTrips.value} />
      <ResultTableView />
    </section>
  );
}
